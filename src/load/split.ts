/** Which share of a load one process runs: part `index` (from 0) of `count`. */
export type Part = { index: number; count: number }

/** The only part of a load that is not split. */
export const wholeLoad: Part = { index: 0, count: 1 }

declare const scope: unique symbol

/**
 * A user's number in the whole load, from 0: the one in arrivals, records and objects' names, and the offset of its wallet.
 *
 * It is a plain number at run time. The type keeps it apart from {@link PartIndex}, which counts the same users of one part
 * without gaps: with 4 parts, the users of part 1 have the load indexes 1, 5, 9, ... and the part indexes 0, 1, 2, ...
 */
export type LoadIndex = number & { readonly [scope]: 'load' }

/** A user's number within one part, from 0 without gaps; see {@link LoadIndex}. */
export type PartIndex = number & { readonly [scope]: 'part' }

/** Takes a number for a user's number in the whole load. */
export const toLoadIndex = (index: number): LoadIndex => index as LoadIndex

/** Takes a number for a user's number within a part. */
export const toPartIndex = (index: number): PartIndex => index as PartIndex

/**
 * The number in the whole load of a part's user.
 *
 * @example loadIndexOf(toPartIndex(2), { index: 1, count: 4 }) // 9
 */
export function loadIndexOf(user: PartIndex, { index, count }: Part): LoadIndex {
  return toLoadIndex(index + user * count)
}

/**
 * The number within its part of a user of the whole load.
 *
 * @example partIndexOf(toLoadIndex(9), { index: 1, count: 4 }) // 2
 */
export function partIndexOf(user: LoadIndex, { count }: Part): PartIndex {
  return toPartIndex(Math.floor(user / count))
}

/** Whether a user of the whole load belongs to a part; each belongs to exactly one. */
export function isOfPart(index: number, part: Part): boolean {
  return index % part.count === part.index
}

/**
 * How many of `total` a part has, of users as of places for them; over all parts together exactly `total`.
 *
 * @example shareOf(10, { index: 0, count: 3 }) // 4
 */
export function shareOf(total: number, { index, count }: Part): number {
  return Math.floor(total / count) + (index < total % count ? 1 : 0)
}
