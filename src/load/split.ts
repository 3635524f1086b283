/** Share of a load that one process runs: part `index` (from 0) of `count`. */
export type Part = { index: number; count: number }

/** The only part of a load that is not split. */
export const wholeLoad: Part = { index: 0, count: 1 }

declare const scope: unique symbol

/**
 * A user's number in the whole load, from 0. Used in arrivals, records and names of objects, and as the offset of its wallet.
 *
 * It is a plain number at run time. The type distinguishes it from {@link PartIndex}, which counts the users of one part without
 * gaps: with 4 parts, the users of part 1 have the load indexes 1, 5, 9, ... and the part indexes 0, 1, 2, ...
 */
export type LoadIndex = number & { readonly [scope]: 'load' }

/** A user's number within one part, from 0 without gaps; see {@link LoadIndex}. */
export type PartIndex = number & { readonly [scope]: 'part' }

/** Marks a number as a user's number in the whole load. */
export const toLoadIndex = (index: number): LoadIndex => index as LoadIndex

/** Marks a number as a user's number within a part. */
export const toPartIndex = (index: number): PartIndex => index as PartIndex

/**
 * Returns the number of a part's user in the whole load.
 *
 * @example loadIndexOf(toPartIndex(2), { index: 1, count: 4 }) // 9
 */
export function loadIndexOf(user: PartIndex, { index, count }: Part): LoadIndex {
  return toLoadIndex(index + user * count)
}

/**
 * Returns the number of a user within its part.
 *
 * @example partIndexOf(toLoadIndex(9), { index: 1, count: 4 }) // 2
 */
export function partIndexOf(user: LoadIndex, { count }: Part): PartIndex {
  return toPartIndex(Math.floor(user / count))
}

/** Returns whether a user belongs to a part. Each belongs to exactly one. */
export function isOfPart(index: number, part: Part): boolean {
  return index % part.count === part.index
}

/**
 * Returns a part's share of `total` users or slots. All shares add up to `total`.
 *
 * @example shareOf(10, { index: 0, count: 3 }) // 4
 */
export function shareOf(total: number, { index, count }: Part): number {
  return Math.floor(total / count) + (index < total % count ? 1 : 0)
}
