/**
 * Parses a Retry-After header, in seconds or as a date, into milliseconds from now; `undefined` if missing or invalid.
 *
 * @example parseRetryAfter('2') // 2000
 */
export function parseRetryAfter(
  header: string | string[] | undefined,
  nowEpochMs: number = Date.now(),
): number | undefined {
  const text = Array.isArray(header) ? header[0] : header
  if (text === undefined) return undefined
  if (/^\d+(\.\d+)?$/.test(text.trim())) return Math.ceil(Number(text) * 1000)
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowEpochMs)
}
