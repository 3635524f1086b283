import { longRunVariance } from './long-run-variance.ts'

/** A figure of one run, with its confidence interval at the level {@link confidence}. */
export type Estimate = {
  value: number
  /** `null` if there are too few flows for a bound. */
  low: number | null
  high: number | null
  /** The number of flows. */
  flows: number
}

/** Confidence level of the intervals. With many figures side by side, at 95% one in twenty would differ by chance. */
export const confidence = 0.99

/** The normal distribution's quantile for {@link confidence}, both sides. */
const z = 2.5758

/**
 * Estimates a percentile with its interval: the error of the share of flows below it gives the ranks of the bounds
 * (Woodruff, 1952). It assumes no distribution of the latencies, and gives correlated neighbours less weight.
 *
 * @param series in chronological order
 * @param share 0.95 for the 95th percentile
 * @returns `null` without flows
 * @example estimatePercentile(latencies, 0.95)
 */
export function estimatePercentile(series: readonly number[], share: number): Estimate | null {
  const flows = series.length
  if (flows === 0) return null
  const sorted = Float64Array.from(series).sort()
  const at = (part: number): number =>
    sorted[Math.min(flows - 1, Math.max(0, Math.ceil(part * flows) - 1))] ?? 0
  const value = at(share)
  const isBelow = series.map((one) => (one <= value ? 1 : 0))
  // Never less than the variance of independent flows.
  const error = z * Math.sqrt(Math.max(share * (1 - share), longRunVariance(isBelow)) / flows)
  return {
    value,
    low: share - error <= 0 ? null : at(share - error),
    high: share + error >= 1 ? null : at(share + error),
    flows,
  }
}

/** Estimates a mean with its interval; `null` without values, no interval for fewer than ten. */
export function estimateMean(series: readonly number[]): Estimate | null {
  const flows = series.length
  if (flows === 0) return null
  const value = series.reduce((sum, one) => sum + one, 0) / flows
  if (flows < 10) return { value, low: null, high: null, flows }
  const error = z * Math.sqrt(longRunVariance(series) / flows)
  return { value, low: value - error, high: value + error, flows }
}

/**
 * Estimates the share of `true` values with Wilson's interval, which is accurate near 0 and 1. Clustered failures count as fewer
 * flows.
 *
 * @param series in chronological order
 */
export function estimateShare(series: readonly boolean[]): Estimate | null {
  const flows = series.length
  if (flows === 0) return null
  const share = series.filter(Boolean).length / flows
  const variance = share * (1 - share)
  const clustering = variance === 0 ? 1 : Math.max(1, longRunVariance(series.map(Number)) / variance)
  const n = flows / clustering
  const centre = (share + z ** 2 / (2 * n)) / (1 + z ** 2 / n)
  const half = (z / (1 + z ** 2 / n)) * Math.sqrt(variance / n + z ** 2 / (4 * n ** 2))
  return {
    value: share,
    low: share === 0 ? 0 : Math.max(0, centre - half),
    high: share === 1 ? 1 : Math.min(1, centre + half),
    flows,
  }
}
