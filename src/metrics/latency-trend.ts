/** Change of latency while users arrive. */
export type LatencyTrend = {
  /** Records a user: when it was due and how long it took, in milliseconds. */
  record(dueMs: number, durationMs: number): void
  /**
   * Returns the growth of latency per millisecond of time, by least squares; `null` for fewer than eight users, or users within
   * less than eight seconds.
   */
  growth(): number | null
}

const least = { users: 8, spanMs: 8000 }

/**
 * Makes an empty trend, in constant memory.
 *
 * In a queue that is served at 80 % of its arrival rate, every user waits 0.25 ms longer per ms of later arrival: the growth is
 * rate / service - 1, whatever the latency of an idle system. This is much more sensitive than the number of waiting users,
 * since every user contributes.
 *
 * @example
 * const trend = createLatencyTrend()
 * trend.record(record.dueMs, record.endedMs - record.dueMs)
 * trend.growth() // 0.02
 */
export function createLatencyTrend(): LatencyTrend {
  let count = 0
  let meanDue = 0
  let meanDuration = 0
  let dueSquares = 0
  let products = 0
  let firstMs = Number.POSITIVE_INFINITY
  let lastMs = Number.NEGATIVE_INFINITY
  return {
    record(dueMs, durationMs) {
      count += 1
      const fromMean = dueMs - meanDue
      meanDue += fromMean / count
      meanDuration += (durationMs - meanDuration) / count
      dueSquares += fromMean * (dueMs - meanDue)
      products += fromMean * (durationMs - meanDuration)
      firstMs = Math.min(firstMs, dueMs)
      lastMs = Math.max(lastMs, dueMs)
    },
    growth: () =>
      count < least.users || lastMs - firstMs < least.spanMs || dueSquares === 0
        ? null
        : products / dueSquares,
  }
}
