/** Codes of failures to connect: nothing of the request has left this machine. */
const beforeSending = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/**
 * Tells whether a failed request never reached the other side, so that it may be repeated whatever it asks for.
 *
 * @param error what undici or the socket threw; a connection that was cut says nothing, and gives `false`
 */
export function neverSent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && beforeSending.has(String(error.code))
}
