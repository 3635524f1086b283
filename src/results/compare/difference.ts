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
 * @returns of `other` minus `reference`
 * @example differenceOf(before, after).low // above 0: it grew, and not by chance
 */
export function differenceOf(reference: Estimate, other: Estimate): Difference {
  const value = other.value - reference.value
  return {
    value,
    low: bound(value, other.low, reference.high, other.value, reference.value, -1),
    high: bound(value, other.high, reference.low, other.value, reference.value, 1),
  }
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
