/** Error codes of failed connections: no part of the request was sent. */
const beforeSending = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/**
 * Returns whether a failed request never reached the other side, so that even a request with side effects may be repeated.
 *
 * @param error from undici or the socket; for a connection that was cut, the result is `false`, since it is unknown
 */
export function neverSent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && beforeSending.has(String(error.code))
}
