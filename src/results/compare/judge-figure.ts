import type { MetricUnit } from '../threshold-metrics.ts'
import { type Difference, differenceOf } from './difference.ts'
import type { Estimate } from './estimate.ts'

/**
 * The verdict on a difference. `better` and `worse`: beyond noise and large enough to matter; `same`: certainly too small to
 * matter; `unclear`: inconclusive with this many flows; `unjudged`: a single number per run, whose noise is not known.
 */
export type FigureVerdict = 'better' | 'worse' | 'same' | 'unclear' | 'unjudged'

/** A figure of a run, with an estimate if it is a statistic of single flows. */
export type Figure = { value: number | null; estimate: Estimate | null }

/** One figure of two runs. */
export type FigureComparison = {
  metric: string
  unit: MetricUnit
  reference: number | null
  other: number | null
  /** `other` minus `reference`, in `unit`; with its interval if one is known. */
  difference: Difference | null
  /** As a share of the reference; `null` if that is 0. */
  change: number | null
  verdict: FigureVerdict
}

/** The smallest difference of a duration that matters, in milliseconds. */
const leastMs = 1

/** Metrics of which more is better. */
const moreIsBetter = /^(success|succeeded|flowsPerSecond|peakFlowsPerSecond|keepsUp)$/

/** Whether more of a metric is better. */
export const isMoreBetter = (metric: string): boolean => moreIsBetter.test(metric)

/**
 * Judges the difference of one figure between two runs.
 *
 * @param metric.smallest the smallest change that matters, as a share of the reference; for ratios, a fifth of it in points
 */
export function judgeFigure(
  metric: { name: string; unit: MetricUnit; smallest: number },
  reference: Figure,
  other: Figure,
): FigureComparison {
  const base = { metric: metric.name, unit: metric.unit, reference: reference.value, other: other.value }
  if (reference.value === null || other.value === null) {
    return { ...base, difference: null, change: null, verdict: 'unjudged' }
  }
  const value = other.value - reference.value
  const change = reference.value === 0 ? (value === 0 ? 0 : null) : value / Math.abs(reference.value)
  if (reference.estimate === null || other.estimate === null) {
    return { ...base, difference: { value, low: null, high: null }, change, verdict: 'unjudged' }
  }
  const difference = differenceOf(reference.estimate, other.estimate, { isScaled: metric.unit !== 'ratio' })
  const matters =
    metric.unit === 'ratio'
      ? metric.smallest / 5
      : Math.max(Math.abs(reference.value) * metric.smallest, metric.unit === 'ms' ? leastMs : 0)
  return { ...base, difference, change, verdict: verdictOn(difference, matters, isMoreBetter(metric.name)) }
}

function verdictOn({ value, low, high }: Difference, matters: number, moreIsBetter: boolean): FigureVerdict {
  const grew = low !== null && low > 0
  const shrank = high !== null && high < 0
  if ((grew || shrank) && Math.abs(value) >= matters) return grew === moreIsBetter ? 'better' : 'worse'
  return low !== null && high !== null && low > -matters && high < matters ? 'same' : 'unclear'
}
