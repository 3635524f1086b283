/** Completions by the second in which they happened. */
export type Throughput = {
  /** Counts one completion, at milliseconds since the start of the run. */
  completed(atMs: number): void
  /** Returns the mean rate over the `windowSeconds` whole seconds before `nowMs`, per second. */
  recentPerSecond(nowMs: number, windowSeconds: number): number
  /** Returns the best rate over any `windowSeconds` consecutive whole seconds, per second; 0 before the first completion. */
  peakPerSecond(windowSeconds: number): number
}

/**
 * Makes an empty record of completions. Keeps one number per second of the run, whatever the rate.
 *
 * @example
 * const throughput = createThroughput()
 * throughput.completed(1_200)
 * throughput.peakPerSecond(1) // 1
 */
export function createThroughput(): Throughput {
  const bySecond: number[] = []
  return {
    completed(atMs) {
      const second = Math.max(0, Math.floor(atMs / 1000))
      while (bySecond.length <= second) bySecond.push(0)
      bySecond[second] = (bySecond[second] ?? 0) + 1
    },
    recentPerSecond(nowMs, windowSeconds) {
      const end = Math.floor(nowMs / 1000)
      const start = Math.max(0, end - windowSeconds)
      if (end <= start) return 0
      let sum = 0
      for (let second = start; second < end; second += 1) sum += bySecond[second] ?? 0
      return sum / (end - start)
    },
    peakPerSecond(windowSeconds) {
      let sum = 0
      let best = 0
      for (const [second, count] of bySecond.entries()) {
        sum += count - (bySecond[second - windowSeconds] ?? 0)
        best = Math.max(best, sum)
      }
      return best / windowSeconds
    },
  }
}
