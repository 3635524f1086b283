import type { ErrorCode } from '../errors/catalog.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { parseRetryAfter } from '../http/retry-after.ts'
import { redactSignedUrl } from './redact-signed-url.ts'

/** Header values as undici returns them. */
type Headers = Record<string, string | string[] | undefined>

/** The error for a request without an answer: not connected, or cut off. */
export function storageUnreachable(action: string, endpoint: string, cause: unknown): LoadTestError {
  const { code, message } = describe(cause)
  return new LoadTestError(
    'STORAGE_UNREACHABLE',
    `Cannot ${action}: ${endpoint} gave no answer (${code ?? message}).`,
    { details: { endpoint, code }, cause: withoutSecrets(cause) },
  )
}

/** The error for a request that exceeded its time limit. */
export function storageTimeout(action: string, endpoint: string, timeoutMs: number): LoadTestError {
  return new LoadTestError(
    'STORAGE_UNREACHABLE',
    `Cannot ${action}: ${endpoint} gave no complete answer within ${timeoutMs} ms.`,
    { details: { endpoint, timeoutMs } },
  )
}

/** Reasons for which Google Drive limits rates with 403. */
const rateLimitReasons = new Set(['rateLimitExceeded', 'userRateLimitExceeded', 'sharingRateLimitExceeded'])

/**
 * Classifies an error answer by its status. A retry can help with 408, 429 and 5xx, and with the 403 by which Google
 * Drive limits rates (`details.rateLimited`), but not with other 4xx.
 */
export function storageAnswerError(
  action: string,
  { status, headers, body }: { status: number; headers: Headers; body: string },
): LoadTestError {
  const { reason, message } = reasonOf(body)
  const rateLimited = status === 403 && rateLimitReasons.has(reason ?? '')
  const mayPass = rateLimited || status === 408 || status === 429 || status >= 500
  const code: ErrorCode = mayPass ? 'STORAGE_FAILED' : 'STORAGE_REFUSED'
  const said = [reason, message].filter(Boolean).join(': ')
  const retryAfterMs = parseRetryAfter(headers['retry-after'])
  return new LoadTestError(code, `Cannot ${action}: the storage answered ${status}${said && ` (${said})`}.`, {
    details: { status, reason, rateLimited: rateLimited || undefined, retryAfterMs },
  })
}

/**
 * Classifies an error of the official client or its sign-in: by HTTP status if it has one, else as unreachable. Takes
 * over only its text, because such errors have whole requests attached, with tokens.
 */
export function toStorageError(action: string, endpoint: string, error: unknown): LoadTestError {
  if (error instanceof LoadTestError) return error
  const status = statusOf(error)
  if (status === undefined) return storageUnreachable(action, endpoint, error)
  const { message } = describe(error)
  return storageAnswerError(action, { status, headers: {}, body: JSON.stringify({ error: { message } }) })
}

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
])

/** Classifies a failed sign-in: Google's token service is unreachable or refuses, or there are no credentials. */
export function toSignInError(action: string, endpoint: string, error: unknown): LoadTestError {
  const { code, message } = describe(error)
  if (error instanceof LoadTestError || statusOf(error) !== undefined || networkCodes.has(code ?? '')) {
    return toStorageError(action, endpoint, error)
  }
  return new LoadTestError(
    'STORAGE_REFUSED',
    `Cannot ${action}: no credentials to sign in with (${message}).`,
    {
      hint: 'Set GOOGLE_APPLICATION_CREDENTIALS to the key file of a service account.',
      cause: withoutSecrets(error),
    },
  )
}

/** Returns the HTTP status of an error, wherever its library puts it. */
function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const response = 'response' in error ? error.response : undefined
  const inResponse =
    typeof response === 'object' && response !== null && 'status' in response ? response.status : undefined
  for (const found of [inResponse, 'code' in error ? error.code : undefined]) {
    const status = Number(found)
    if (Number.isInteger(status) && status >= 300 && status < 600) return status
  }
  return undefined
}

/** What an answer says. */
type AnswerText = { reason: string | undefined; message: string | undefined }

/** Finds reason and message in JSON of Google or Pinata, in XML of signed URLs, or in plain text. */
function reasonOf(body: string): AnswerText {
  const found = body.startsWith('{') ? fromJson(body) : fromXml(body)
  const message = found.message ?? (found.reason === undefined ? body : '')
  return { reason: found.reason, message: shorten(redactSignedUrl(message)) }
}

function fromJson(body: string): AnswerText {
  const reason = /"(?:reason|error)":\s*"([\w.-]{1,60})"/.exec(body)?.[1]
  const quoted = /"(?:message|details|error_description)":\s*("(?:[^"\\]|\\.){0,2000}")/.exec(body)?.[1]
  return { reason, message: quoted && unquote(quoted) }
}

function unquote(quoted: string): string {
  try {
    return String(JSON.parse(quoted))
  } catch {
    return quoted
  }
}

function fromXml(body: string): AnswerText {
  const reason = /<Code>([\w.-]{1,60})<\/Code>/.exec(body)?.[1]
  const details = /<Details>([^<]{1,2000})<\/Details>/.exec(body)?.[1]
  const message = details ?? /<Message>([^<]{1,2000})<\/Message>/.exec(body)?.[1]
  return { reason, message }
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim().replace(/\.$/, '')
  return line.length > 200 ? `${line.slice(0, 200)}...` : line
}

function describe(error: unknown): { code?: string | undefined; message: string } {
  if (!(error instanceof Error)) return { message: shorten(redactSignedUrl(String(error))) }
  // The error of a failed dual-stack connection hides the code in its parts.
  const [first] = error instanceof AggregateError ? error.errors : []
  const inner: unknown = first ?? error
  const code = typeof inner === 'object' && inner !== null && 'code' in inner ? inner.code : undefined
  const message = shorten(redactSignedUrl(error.message))
  return { code: typeof code === 'string' ? code : undefined, message }
}

function withoutSecrets(error: unknown): Error {
  const { code, message } = describe(error)
  return Object.assign(new Error(message), code === undefined ? {} : { code })
}
