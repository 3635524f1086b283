import { createHash, type KeyObject, verify } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { anonymousDenied, invalid, notImplemented, ServiceError } from './service-error.ts'

/** A request as it came, of which only what is signed matters. */
export type SignedRequest = {
  method: string
  /** The path, still encoded. */
  rawPath: string
  /** The query, still encoded, without the question mark. */
  rawQuery: string
  headers: IncomingHttpHeaders
}

/** What signatures are checked against. */
export type SignatureTrust = {
  /** Public keys by the e-mail address of their service account. */
  accounts: ReadonlyMap<string, KeyObject>
  now: Date
}

const algorithm = 'GOOG4-RSA-SHA256'
const maxLifetimeSeconds = 7 * 24 * 3600
const parameterNames = ['Algorithm', 'Credential', 'Date', 'Expires', 'SignedHeaders', 'Signature'] as const

/** Whether a query claims to be signed, rightly or not: then it must be, even where anyone may read. */
export function isSignedQuery(query: URLSearchParams): boolean {
  return [...query.keys()].some((name) =>
    /^(x-(goog|amz)-(algorithm|credential|signature)|googleaccessid)$/i.test(name),
  )
}

/**
 * Checks a V4 signed URL: form, time, signed headers, and the signature over the canonical request.
 *
 * Path and query are taken as they came: whoever signs must write them in canonical form, so that a single altered
 * character, even one that decodes to the same, breaks the signature.
 *
 * @returns the error to answer with, or `undefined` when the URL holds
 * @see https://cloud.google.com/storage/docs/authentication/canonical-requests
 * @see https://cloud.google.com/storage/docs/authentication/signatures
 */
export function findSignedUrlFault(request: SignedRequest, trust: SignatureTrust): ServiceError | undefined {
  const pairs = request.rawQuery.split('&').filter((pair) => pair !== '')
  if (pairs.some((pair) => /^GoogleAccessId=/i.test(pair))) {
    return notImplemented('V2 signed URLs are not supported by this emulator; sign with V4.')
  }
  if (pairs.some((pair) => /^X-Amz-/i.test(pair) || /^X-Goog-Algorithm=GOOG4-HMAC/i.test(pair))) {
    return notImplemented(
      'URLs signed with HMAC keys are not supported by this emulator; sign with an RSA key.',
    )
  }
  const fields = parseFields(pairs)
  if (fields instanceof ServiceError) return fields
  const { scope, date, expires, signedHeaders, signature, account } = fields

  const nowSeconds = trust.now.getTime() / 1000
  if (nowSeconds < date) return notYetValid()
  if (nowSeconds >= date + expires) return expired(date + expires)
  const headerFault = findHeaderFault(request.headers, signedHeaders)
  if (headerFault !== undefined) return headerFault
  const key = trust.accounts.get(account)
  if (key === undefined) return anonymousDenied('storage.objects.get')

  const canonicalQuery = pairs
    .filter((pair) => !pair.startsWith('X-Goog-Signature='))
    .map((pair) => ({ name: pair.split('=', 1)[0] ?? '', pair }))
    .sort((a, b) => (a.name === b.name ? compare(a.pair, b.pair) : compare(a.name, b.name)))
    .map(({ pair }) => pair)
    .join('&')
  let calculated = { stringToSign: '', canonicalRequest: '' }
  for (const method of signableMethods(request.method)) {
    for (const host of signableHosts(request.headers.host ?? '')) {
      const canonicalRequest = [
        method,
        request.rawPath,
        canonicalQuery,
        ...signedHeaders.map(
          (name) => `${name}:${name === 'host' ? host : canonicalHeader(request.headers, name)}`,
        ),
        '',
        signedHeaders.join(';'),
        canonicalHeader(request.headers, 'x-goog-content-sha256') || 'UNSIGNED-PAYLOAD',
      ].join('\n')
      const digest = createHash('sha256').update(canonicalRequest).digest('hex')
      const stringToSign = [algorithm, fields.dateText, scope, digest].join('\n')
      calculated = { stringToSign, canonicalRequest }
      if (verify('sha256', Buffer.from(stringToSign), key, Buffer.from(signature, 'hex'))) return undefined
    }
  }
  return signatureMismatch(calculated)
}

type Fields = {
  account: string
  scope: string
  dateText: string
  /** Seconds since 1970. */
  date: number
  expires: number
  signedHeaders: string[]
  signature: string
}

function parseFields(pairs: readonly string[]): Fields | ServiceError {
  const values = new Map<string, string>()
  for (const name of parameterNames) {
    const found = pairs.filter((pair) => pair.startsWith(`X-Goog-${name}=`))
    const value = decode(found[0]?.slice(`X-Goog-${name}=`.length))
    if (found.length !== 1 || value === undefined || value === '') return malformed(name)
    values.set(name, value)
  }
  const value = (name: (typeof parameterNames)[number]) => values.get(name) ?? ''
  if (value('Algorithm') !== algorithm) return malformed('Algorithm')
  const dateText = value('Date')
  const [, account = '', scope = '', scopeDate] =
    /^([^/]+)\/((\d{8})\/[a-z0-9-]+\/storage\/goog4_request)$/.exec(value('Credential')) ?? []
  if (account === '') return malformed('Credential')
  const date = parseDate(dateText)
  if (date === undefined || scopeDate !== dateText.slice(0, 8)) return malformed('Date')
  const expires = Number(value('Expires'))
  if (!/^[1-9]\d{0,6}$/.test(value('Expires')) || expires > maxLifetimeSeconds) return malformed('Expires')
  const signedHeaders = value('SignedHeaders').split(';')
  const sorted = signedHeaders.every((name, i) => i === 0 || (signedHeaders[i - 1] ?? '') < name)
  if (
    !sorted ||
    !signedHeaders.includes('host') ||
    signedHeaders.some((name) => !/^[a-z0-9-]+$/.test(name))
  ) {
    return malformed('SignedHeaders')
  }
  if (!/^([0-9a-f]{2})+$/.test(value('Signature'))) return malformed('Signature')
  return { account, scope, dateText, date, expires, signedHeaders, signature: value('Signature') }
}

function decode(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** `20260131T235959Z` in seconds since 1970. */
function parseDate(text: string): number | undefined {
  const found = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  if (found === null) return undefined
  const [, year, month, day, hour, minute, second] = found
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(time) ? undefined : time / 1000
}

/** Signed headers must have come, and `x-goog-*` headers, which change what a request does, must be signed. */
function findHeaderFault(
  headers: IncomingHttpHeaders,
  signedHeaders: readonly string[],
): ServiceError | undefined {
  const absent = signedHeaders.find((name) => headers[name] === undefined)
  if (absent !== undefined) {
    return malformedHeader(absent, 'Header was included in signedheaders, but not in the request.')
  }
  const unsigned = Object.keys(headers).find(
    (name) => name.startsWith('x-goog-') && !signedHeaders.includes(name),
  )
  if (unsigned !== undefined && unsigned !== 'x-goog-api-client') {
    return malformedHeader(unsigned, 'Header was included in the request, but not in signedheaders.')
  }
  return undefined
}

function canonicalHeader(headers: IncomingHttpHeaders, name: string): string {
  return String(headers[name] ?? '')
    .trim()
    .replace(/\s+/g, ' ')
}

/** A URL that is signed for GET is good for HEAD, too. */
function signableMethods(method: string): string[] {
  return method === 'HEAD' ? ['HEAD', 'GET'] : [method]
}

/** The official client signs the host without its port, which is what the real service is called by; others keep it. */
function signableHosts(host: string): string[] {
  const bare = host.replace(/:\d+$/, '')
  return bare === host ? [host] : [bare, host]
}

function malformed(name: (typeof parameterNames)[number]): ServiceError {
  const message = `The query parameter X-Goog-${name} is missing or malformed.`
  const fault = invalid(message, 'InvalidArgument')
  return new ServiceError({ ...fault.fields, elements: { ParameterName: `X-Goog-${name}` } })
}

function malformedHeader(name: string, message: string): ServiceError {
  return new ServiceError({
    status: 400,
    reason: 'invalid',
    code: 'MalformedSecurityHeader',
    message,
    xmlMessage: 'Your request has a malformed header.',
    elements: { ParameterName: name },
  })
}

function expired(atSeconds: number): ServiceError {
  const at = new Date(atSeconds * 1000).toISOString().replace('.000Z', '+00:00')
  return invalid(`The provided token has expired. Request signature expired at: ${at}`, 'ExpiredToken')
}

function notYetValid(): ServiceError {
  return new ServiceError({
    status: 403,
    reason: 'forbidden',
    code: 'AccessDenied',
    message: 'The request signature is not valid yet.',
    xmlMessage: 'Access denied.',
  })
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Tells the caller what should have been signed, as the service does; none of it is secret. */
function signatureMismatch(calculated: { stringToSign: string; canonicalRequest: string }): ServiceError {
  return new ServiceError({
    status: 403,
    reason: 'forbidden',
    code: 'SignatureDoesNotMatch',
    message: 'Access denied.',
    elements: {
      Details:
        'The request signature we calculated does not match the signature you provided. Check your Google secret key ' +
        'and signing method.',
      StringToSign: calculated.stringToSign,
      CanonicalRequest: calculated.canonicalRequest,
    },
  })
}
