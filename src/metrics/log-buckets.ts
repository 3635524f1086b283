/**
 * Durations in buckets that widen with their size, as sparse pairs of bucket and count.
 *
 * A second of a run has few flows, so its buckets take a few dozen bytes. Since counts add up, sixty seconds give the percentiles
 * of a minute, unlike sixty p95 values.
 */
export type LogBuckets = [bucket: number, count: number][]

/** Sixteen buckets double the duration: each is 4.4 % wide. */
const bucketsPerDoubling = 16

/** Returns the bucket of a duration in milliseconds. Everything up to 1 ms is in bucket 0. */
export function logBucketOf(ms: number): number {
  return ms <= 1 ? 0 : Math.ceil(Math.log2(ms) * bucketsPerDoubling - 1e-9)
}

/** Returns the longest duration of a bucket, in milliseconds. */
export function logBucketUpperMs(bucket: number): number {
  return 2 ** (bucket / bucketsPerDoubling)
}

/**
 * Adds up the buckets of several seconds, in ascending order of bucket.
 *
 * @example mergeLogBuckets([[[3, 1]], [[3, 2], [5, 1]]]) // [[3, 3], [5, 1]]
 */
export function mergeLogBuckets(parts: Iterable<LogBuckets>): LogBuckets {
  const counts = new Map<number, number>()
  for (const part of parts) {
    for (const [bucket, count] of part) counts.set(bucket, (counts.get(bucket) ?? 0) + count)
  }
  return [...counts].sort(([a], [b]) => a - b)
}

/**
 * Returns the value at a percentile (0 to 100) in milliseconds, at most 4.4 % above the true one; `null` for empty buckets.
 */
export function percentileOfLogBuckets(buckets: LogBuckets, percentile: number): number | null {
  let total = 0
  for (const [, count] of buckets) total += count
  const rank = Math.max(1, Math.ceil((percentile / 100) * total - 1e-9))
  let seen = 0
  for (const [bucket, count] of buckets) {
    seen += count
    if (seen >= rank) return logBucketUpperMs(bucket)
  }
  return null
}

/** Collects durations in sparse buckets; `take` returns and resets them. */
export type LogBucketCollector = { record(ms: number): void; take(): LogBuckets }

/** Makes an empty collector. */
export function createLogBucketCollector(): LogBucketCollector {
  let counts = new Map<number, number>()
  return {
    record(ms) {
      const bucket = logBucketOf(ms)
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1)
    },
    take() {
      const taken = [...counts].sort(([a], [b]) => a - b)
      counts = new Map()
      return taken
    },
  }
}
