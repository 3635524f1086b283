import { invalid, ServiceError } from '../emulator/service-error.ts'

/** The parameters of a V4 signed URL, parsed. */
export type SignedUrlFields = {
  /** E-mail address of the signing service account. */
  account: string
  scope: string
  dateText: string
  /** Seconds since 1970. */
  date: number
  /** Lifetime in seconds. */
  expires: number
  signedHeaders: string[]
  /** In hex. */
  signature: string
}

const maxLifetimeSeconds = 7 * 24 * 3600
const parameterNames = ['Algorithm', 'Credential', 'Date', 'Expires', 'SignedHeaders', 'Signature'] as const
type ParameterName = (typeof parameterNames)[number]

/**
 * Parses the parameters of a V4 signed URL.
 *
 * @param pairs `name=value`, still encoded
 * @throws 400 unless each parameter is there once, in the form that the service accepts
 */
export function signedUrlFields(pairs: readonly string[]): SignedUrlFields {
  const values = new Map(parameterNames.map((name) => [name, parameterOf(pairs, name)]))
  const value = (name: ParameterName): string => values.get(name) ?? ''
  const check = (name: ParameterName, isValid: boolean): void => {
    if (!isValid) throw malformed(name)
  }
  check('Algorithm', value('Algorithm') === 'GOOG4-RSA-SHA256')
  const [, account = '', scope = '', scopeDate] =
    /^([^/]+)\/((\d{8})\/[a-z0-9-]+\/storage\/goog4_request)$/.exec(value('Credential')) ?? []
  check('Credential', account !== '')
  const dateText = value('Date')
  const date = parseDate(dateText)
  check('Date', !Number.isNaN(date) && scopeDate === dateText.slice(0, 8))
  const expires = Number(value('Expires'))
  check('Expires', /^[1-9]\d{0,6}$/.test(value('Expires')) && expires <= maxLifetimeSeconds)
  const signedHeaders = value('SignedHeaders').split(';')
  const isSorted = signedHeaders.every((name, i) => i === 0 || (signedHeaders[i - 1] ?? '') < name)
  const areNames = signedHeaders.every((name) => /^[a-z0-9-]+$/.test(name))
  check('SignedHeaders', isSorted && areNames && signedHeaders.includes('host'))
  check('Signature', /^([0-9a-f]{2})+$/.test(value('Signature')))
  return { account, scope, dateText, date, expires, signedHeaders, signature: value('Signature') }
}

function parameterOf(pairs: readonly string[], name: ParameterName): string {
  const start = `X-Goog-${name}=`
  const [found, ...more] = pairs.filter((pair) => pair.startsWith(start))
  if (found === undefined || found === start || more.length > 0) throw malformed(name)
  try {
    return decodeURIComponent(found.slice(start.length))
  } catch {
    throw malformed(name)
  }
}

/** Returns `20260131T235959Z` in seconds since 1970; NaN for anything else. */
function parseDate(text: string): number {
  const iso = text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z')
  return iso === text ? Number.NaN : Date.parse(iso) / 1000
}

function malformed(name: ParameterName): ServiceError {
  const message = `The query parameter X-Goog-${name} is missing or malformed.`
  const elements = { ParameterName: `X-Goog-${name}` }
  return new ServiceError({ ...invalid(message).answer, elements })
}
