import type { Random } from '../random/random.ts'

/** Draws a whole number from `min` to `max`, both included. */
export const wholeNumber = (random: Random, min: number, max: number): number =>
  min + Math.floor(random() * (max - min + 1))

/** Draws one item of a list, all with the same probability. */
export function pick<T>(random: Random, list: readonly T[]): T {
  const one = list[Math.floor(random() * list.length)]
  if (one === undefined) throw new RangeError('The list is empty.')
  return one
}

/** Draws one item of a list by weight. */
export function pickWeighted<T>(random: Random, list: readonly (readonly [T, number])[]): T {
  let sum = 0
  for (const [, weight] of list) sum += weight
  let left = random() * sum
  for (const [one, weight] of list) {
    left -= weight
    if (left < 0) return one
  }
  throw new RangeError('The list is empty.')
}
