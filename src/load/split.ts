/** Which share of a load one process carries: part `index` (from 0) of `count`. */
export type Part = { index: number; count: number }

/** The only part of a load that is not split. */
export const wholeLoad: Part = { index: 0, count: 1 }

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
