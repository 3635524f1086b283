/**
 * Creates a limit on the requests in each minute of the clock.
 *
 * @param perMinute no limit when undefined
 * @returns a function that counts a request and returns the seconds until the next minute once the limit is exceeded
 */
export function createMinuteLimit(perMinute: number | undefined, now: () => Date): () => number | undefined {
  let minute = -1
  let count = 0
  return () => {
    const nowMs = now().getTime()
    const current = Math.floor(nowMs / 60_000)
    if (current !== minute) {
      minute = current
      count = 0
    }
    count++
    return perMinute !== undefined && count > perMinute ? Math.ceil(60 - (nowMs % 60_000) / 1000) : undefined
  }
}
