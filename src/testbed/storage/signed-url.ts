import { createHash, type KeyObject, verify } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { notImplemented, ServiceError } from '../emulator/service-error.ts'
import { type SignedUrlFields, signedUrlFields } from './signed-url-fields.ts'
import { anonymousDenied } from './storage-errors.ts'

/** The parts of a request that its signature covers. */
export type SignedRequest = {
  method: string
  /** The path, still encoded. */
  rawPath: string
  /** The query, still encoded, without the question mark. */
  rawQuery: string
  headers: IncomingHttpHeaders
}

/** Whether a query claims a signature: then it must be valid, even where anyone may read. */
export function isSignedQuery(query: URLSearchParams): boolean {
  return [...query.keys()].some((name) =>
    /^(x-(goog|amz)-(algorithm|credential|signature)|googleaccessid)$/i.test(name),
  )
}

/**
 * Checks a V4 signed URL: form, time, signed headers, and the signature over the canonical request. Own code, because
 * the official client only signs.
 *
 * Uses path and query as received: signers write them in canonical form, so that any altered character, even one that
 * decodes to the same text, breaks the signature.
 *
 * @param trust.accounts public keys by the e-mail address of their service account
 * @throws 400 when it is malformed or expired, 403 when it is not valid, 501 for V2 and HMAC signatures
 * @see https://cloud.google.com/storage/docs/authentication/canonical-requests
 */
export function checkSignedUrl(
  request: SignedRequest,
  trust: { accounts: ReadonlyMap<string, KeyObject>; now: Date },
): void {
  const pairs = request.rawQuery.split('&').filter((pair) => pair !== '')
  const isOtherKind = /^(GoogleAccessId=|X-Amz-|X-Goog-Algorithm=GOOG4-HMAC)/i
  if (pairs.some((pair) => isOtherKind.test(pair)))
    throw notImplemented('A URL not signed with V4 and an RSA key')
  const fields = signedUrlFields(pairs)
  checkTime(fields, trust.now)
  checkHeaders(request.headers, fields.signedHeaders)
  const key = trust.accounts.get(fields.account)
  if (key === undefined) throw anonymousDenied('storage.objects.get')

  let calculated = { stringToSign: '', canonicalRequest: '' }
  for (const method of signableMethods(request.method)) {
    for (const host of signableHosts(request.headers.host ?? '')) {
      calculated = canonicalForm({ ...request, method }, { pairs, host, fields })
      const signature = Buffer.from(fields.signature, 'hex')
      if (verify('sha256', Buffer.from(calculated.stringToSign), key, signature)) return
    }
  }
  throw signatureMismatch(calculated)
}

function canonicalForm(
  { method, rawPath, headers }: SignedRequest,
  { pairs, host, fields }: { pairs: readonly string[]; host: string; fields: SignedUrlFields },
): { stringToSign: string; canonicalRequest: string } {
  const { signedHeaders, dateText, scope } = fields
  const query = pairs
    .filter((pair) => !pair.startsWith('X-Goog-Signature='))
    .map((pair) => ({ name: pair.split('=', 1)[0] ?? '', pair }))
    .sort((a, b) => (a.name === b.name ? compare(a.pair, b.pair) : compare(a.name, b.name)))
    .map(({ pair }) => pair)
    .join('&')
  const canonicalRequest = [
    method,
    rawPath,
    query,
    ...signedHeaders.map((name) => `${name}:${name === 'host' ? host : canonicalHeader(headers, name)}`),
    '',
    signedHeaders.join(';'),
    canonicalHeader(headers, 'x-goog-content-sha256') || 'UNSIGNED-PAYLOAD',
  ].join('\n')
  const digest = createHash('sha256').update(canonicalRequest).digest('hex')
  return { canonicalRequest, stringToSign: ['GOOG4-RSA-SHA256', dateText, scope, digest].join('\n') }
}

function checkTime({ date, expires }: SignedUrlFields, now: Date): void {
  const nowSeconds = now.getTime() / 1000
  if (nowSeconds < date) {
    const message = 'The request signature is not valid yet.'
    const denied = { status: 403, reason: 'forbidden', code: 'AccessDenied' }
    throw new ServiceError({ ...denied, message, xmlMessage: 'Access denied.' })
  }
  if (nowSeconds < date + expires) return
  const at = new Date((date + expires) * 1000).toISOString().replace('.000Z', '+00:00')
  const message = `The provided token has expired. Request signature expired at: ${at}`
  const expired = { status: 400, reason: 'invalid', code: 'ExpiredToken' }
  throw new ServiceError({ ...expired, message, xmlMessage: 'Invalid argument.' })
}

/** Signed headers must be present, and `x-goog-*` headers, which change what a request does, must be signed. */
function checkHeaders(headers: IncomingHttpHeaders, signedHeaders: readonly string[]): void {
  const absent = signedHeaders.find((name) => headers[name] === undefined)
  if (absent !== undefined) {
    throw malformedHeader(absent, 'Header was included in signedheaders, but not in the request.')
  }
  const unsigned = Object.keys(headers).find(
    (name) => name.startsWith('x-goog-') && name !== 'x-goog-api-client' && !signedHeaders.includes(name),
  )
  if (unsigned !== undefined) {
    throw malformedHeader(unsigned, 'Header was included in the request, but not in signedheaders.')
  }
}

function canonicalHeader(headers: IncomingHttpHeaders, name: string): string {
  return String(headers[name] ?? '')
    .trim()
    .replace(/\s+/g, ' ')
}

/** A URL signed for GET is valid for HEAD too. */
function signableMethods(method: string): string[] {
  return method === 'HEAD' ? ['HEAD', 'GET'] : [method]
}

/** The official client signs the host without its port, because the real service has none; others sign both. */
function signableHosts(host: string): string[] {
  const bare = host.replace(/:\d+$/, '')
  return bare === host ? [host] : [bare, host]
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

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

/** Returns what should have been signed, as the service does; none of it is secret. */
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
