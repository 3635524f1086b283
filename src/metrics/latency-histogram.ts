import { decodeFromCompressedBase64, encodeIntoCompressedBase64, Int32Histogram } from 'hdr-histogram-js'

/** The percentiles of a digest, in ascending order. */
const percentiles = [50, 90, 95, 99] as const

/** Longest distinguishable duration, in milliseconds: 24 hours. `max` is exact beyond it. */
const longestMs = 24 * 3_600_000

/**
 * Summary of a histogram. All values are milliseconds.
 *
 * `null` means that nothing was measured; 0 is a measured zero.
 */
export type Digest = {
  count: number
  min: number | null
  mean: number | null
  p50: number | null
  p90: number | null
  p95: number | null
  p99: number | null
  max: number | null
}

/** Number of durations up to each of some bounds, their total number and their sum. */
export type Distribution = { counts: number[]; count: number; sumMs: number }

/** Statistics of a digest for thresholds and tables. */
export const digestStatistics = ['min', 'mean', 'p50', 'p90', 'p95', 'p99', 'max'] as const

/** One statistic of a digest. */
export type DigestStatistic = (typeof digestStatistics)[number]

/** A histogram as text, to merge in another process or on another machine. */
export type EncodedHistogram = { hdr: string; sumMs: number; minMs: number; maxMs: number }

/** Digest of an empty histogram. */
export const emptyDigest: Digest = {
  count: 0,
  min: null,
  mean: null,
  p50: null,
  p90: null,
  p95: null,
  p99: null,
  max: null,
}

/** Rounds milliseconds to three decimals, the resolution of the histogram. */
const roundMs = (ms: number): number => Math.round(ms * 1000) / 1000

/**
 * Durations in constant memory (113 KiB): microsecond resolution, three significant digits, up to 24 hours.
 *
 * Minimum, maximum and mean are exact; percentiles are the nearest rank, at most 0.1 % above the true value. Merging two
 * histograms gives exactly the histogram of both series.
 *
 * @example
 * const histogram = new LatencyHistogram()
 * histogram.record(12.5)
 * histogram.digest().p95 // 12.5
 */
export class LatencyHistogram {
  #counts = new Int32Histogram(1, longestMs * 1000, 3)
  #sumMs = 0
  #minMs = Number.POSITIVE_INFINITY
  #maxMs = Number.NEGATIVE_INFINITY

  /** Number of recorded durations. */
  get count(): number {
    return this.#counts.totalCount
  }

  /**
   * Records one duration in milliseconds. A negative one counts as 0, since readings of different clocks may cross.
   *
   * @throws RangeError if the duration is not a finite number.
   */
  record(ms: number): void {
    if (!Number.isFinite(ms)) throw new RangeError(`A duration must be a finite number, not ${ms}.`)
    const clipped = Math.max(0, ms)
    this.#counts.recordValue(Math.round(Math.min(clipped, longestMs) * 1000))
    this.#sumMs += clipped
    if (clipped < this.#minMs) this.#minMs = clipped
    if (clipped > this.#maxMs) this.#maxMs = clipped
  }

  /** Returns minimum, mean, percentiles and maximum, in one pass over the counts (about 0.05 ms). */
  digest(): Digest {
    const count = this.count
    if (count === 0) return { ...emptyDigest }
    const [p50, p90, p95, p99] = this.percentiles(percentiles)
    return {
      count,
      min: roundMs(this.#minMs),
      mean: roundMs(this.#sumMs / count),
      p50: p50 ?? null,
      p90: p90 ?? null,
      p95: p95 ?? null,
      p99: p99 ?? null,
      max: roundMs(this.#maxMs),
    }
  }

  /**
   * Returns the values at the given percentiles (ascending, 0 to 100), in milliseconds; empty if nothing was recorded.
   *
   * Results lie between the exact minimum and maximum, so a single recorded value is returned unchanged.
   */
  percentiles(ascending: readonly number[]): number[] {
    const count = this.count
    const values: number[] = []
    if (count === 0) return values
    let index = 0
    let seen = 0
    for (const percentile of ascending) {
      const rank = Math.max(1, Math.ceil((percentile / 100) * count - 1e-9))
      while (seen < rank) {
        seen += this.#counts.getCountAtIndex(index)
        index += 1
      }
      const highest = this.#counts.highestEquivalentValue(this.#counts.valueFromIndex(index - 1))
      values.push(roundMs(Math.min(Math.max(highest / 1000, this.#minMs), this.#maxMs)))
    }
    return values
  }

  /**
   * Returns the number of durations up to each bound (milliseconds, ascending), like a Prometheus histogram, in one pass over the
   * counts. A duration within 0.1 % of a bound may count on either side of it.
   */
  distribution(boundsMs: readonly number[]): Distribution {
    const counts: number[] = []
    let index = 0
    let seen = 0
    for (const boundMs of boundsMs) {
      const bound = Math.min(boundMs, longestMs) * 1000
      while (seen < this.count && this.#counts.valueFromIndex(index) <= bound) {
        seen += this.#counts.getCountAtIndex(index)
        index += 1
      }
      counts.push(seen)
    }
    return { counts, count: this.count, sumMs: this.#sumMs }
  }

  /** Adds all durations of another histogram. */
  merge(other: LatencyHistogram): void {
    if (other.count === 0) return
    this.#counts.add(other.#counts)
    this.#sumMs += other.#sumMs
    this.#minMs = Math.min(this.#minMs, other.#minMs)
    this.#maxMs = Math.max(this.#maxMs, other.#maxMs)
  }

  /** Resets the histogram and keeps its memory. */
  reset(): void {
    this.#counts.reset()
    this.#sumMs = 0
    this.#minMs = Number.POSITIVE_INFINITY
    this.#maxMs = Number.NEGATIVE_INFINITY
  }

  /** Returns the histogram as text in HdrHistogram's V2 compressed format; `null` if it is empty. */
  encode(): EncodedHistogram | null {
    if (this.count === 0) return null
    return {
      hdr: encodeIntoCompressedBase64(this.#counts),
      sumMs: this.#sumMs,
      minMs: this.#minMs,
      maxMs: this.#maxMs,
    }
  }

  /** Adds a histogram that was encoded elsewhere. */
  mergeEncoded(encoded: EncodedHistogram): void {
    const decoded = decodeFromCompressedBase64(encoded.hdr, 32, false)
    if (!(decoded instanceof Int32Histogram))
      throw new TypeError('The encoded histogram has an unknown format.')
    this.#counts.add(decoded)
    this.#sumMs += encoded.sumMs
    this.#minMs = Math.min(this.#minMs, encoded.minMs)
    this.#maxMs = Math.max(this.#maxMs, encoded.maxMs)
  }
}
