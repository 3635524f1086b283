import type { Estimate } from './estimate.ts'

/** How a figure of one run differs from that of another, and between what the true difference lies. */
export type Difference = {
  value: number
  /** `null` where one of the runs has too few flows to say. */
  low: number | null
  high: number | null
}

/**
 * The difference of two figures with its interval, from the intervals of both: the method of variance estimates recovery
 * (Zou and Donner, 2008), which for shares is Newcombe's.
 *
 * Figures that can't be negative and differ by factors, such as durations, are compared on the scale of logarithms
 * (`isScaled`): the interval of one that has shrunk then ends above -100 % of the reference.
 *
 * @returns of `other` minus `reference`
 * @example differenceOf(before, after, { isScaled: true }).low // above 0: it grew, and not by chance
 */
export function differenceOf(
  reference: Estimate,
  other: Estimate,
  { isScaled = false }: { isScaled?: boolean } = {},
): Difference {
  const value = other.value - reference.value
  if (!isScaled || reference.value <= 0 || other.value <= 0) {
    return {
      value,
      low: bound(value, other.low, reference.high, other.value, reference.value, -1),
      high: bound(value, other.high, reference.low, other.value, reference.value, 1),
    }
  }
  const [a, b] = [logarithms(reference), logarithms(other)]
  const shareOf = (logRatio: number | null): number | null => {
    const change = logRatio === null ? null : reference.value * Math.expm1(logRatio)
    return change === null || !Number.isFinite(change) ? null : change
  }
  return {
    value,
    low: shareOf(bound(b.value - a.value, b.low, a.high, b.value, a.value, -1)),
    high: shareOf(bound(b.value - a.value, b.high, a.low, b.value, a.value, 1)),
  }
}

/** A bound at or below 0 is as far away as can be. */
function logarithms({ value, low, high }: Estimate): {
  value: number
  low: number | null
  high: number | null
} {
  const log = (bound: number | null): number | null => (bound === null ? null : Math.log(Math.max(0, bound)))
  return { value: Math.log(value), low: log(low), high: log(high) }
}

function bound(
  value: number,
  ofOther: number | null,
  ofReference: number | null,
  other: number,
  reference: number,
  side: 1 | -1,
): number | null {
  if (ofOther === null || ofReference === null) return null
  return value + side * Math.hypot(ofOther - other, ofReference - reference)
}
