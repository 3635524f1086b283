import type { Estimate } from './estimate.ts'

/** The difference of a figure between two runs, with its confidence interval. */
export type Difference = {
  value: number
  /** `null` if one of the runs has too few flows. */
  low: number | null
  high: number | null
}

/**
 * Returns `other` minus `reference` with its interval, computed from the intervals of both: the method of variance estimates
 * recovery (Zou and Donner, 2008), which for shares is Newcombe's.
 *
 * Figures that cannot be negative and differ by factors, such as durations, are compared on the scale of logarithms
 * (`isScaled`), so that the interval of a figure that shrank ends above -100 % of the reference.
 *
 * @example differenceOf(before, after, { isScaled: true }).low // above 0: it grew, and not by chance
 */
export function differenceOf(
  reference: Estimate,
  other: Estimate,
  { isScaled = false }: { isScaled?: boolean | undefined } = {},
): Difference {
  const value = other.value - reference.value
  if (!isScaled || reference.value <= 0 || other.value <= 0) {
    return {
      value,
      low: lowBound(reference, other),
      high: highBound(reference, other),
    }
  }
  const [a, b] = [logarithms(reference), logarithms(other)]
  const shareOf = (logRatio: number | null): number | null => {
    const change = logRatio === null ? null : reference.value * Math.expm1(logRatio)
    return change === null || !Number.isFinite(change) ? null : change
  }
  return {
    value,
    low: shareOf(lowBound(a, b)),
    high: shareOf(highBound(a, b)),
  }
}

type Interval = Pick<Estimate, 'value' | 'low' | 'high'>

/** The interval on the scale of logarithms; a bound at or below 0 becomes minus infinity. */
function logarithms({ value, low, high }: Interval): Interval {
  const log = (bound: number | null): number | null => (bound === null ? null : Math.log(Math.max(0, bound)))
  return { value: Math.log(value), low: log(low), high: log(high) }
}

const lowBound = (reference: Interval, other: Interval): number | null => {
  if (other.low === null || reference.high === null) return null
  return other.value - reference.value - Math.hypot(other.low - other.value, reference.high - reference.value)
}

const highBound = (reference: Interval, other: Interval): number | null => {
  if (other.high === null || reference.low === null) return null
  return other.value - reference.value + Math.hypot(other.high - other.value, reference.low - reference.value)
}
