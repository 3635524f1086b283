import type { OutgoingHttpHeaders } from 'node:http'

/** Headers of answers that must not be cached: writes, media of the JSON API, errors. */
export const neverStored: OutgoingHttpHeaders = {
  'cache-control': 'no-cache, no-store, max-age=0, must-revalidate',
  expires: 'Mon, 01 Jan 1990 00:00:00 GMT',
  pragma: 'no-cache',
  vary: 'Origin, X-Origin',
}

/** Headers of metadata that was only read. */
export const revalidated = (now: Date): OutgoingHttpHeaders => ({
  'cache-control': 'private, max-age=0, must-revalidate, no-transform',
  expires: now.toUTCString(),
  vary: 'Origin, X-Origin',
})

/** Headers of errors that are not JSON. */
export const expiredAtOnce = (now: Date): OutgoingHttpHeaders => ({
  'cache-control': 'private, max-age=0',
  expires: now.toUTCString(),
})
