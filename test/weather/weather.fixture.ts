import { createRandom } from '../../src/random/random.ts'

/** Whether all of it runs, as `npm run test:weather` has it, or a tenth. */
export const isWhole = process.env.WEATHER === 'full'

/** Decides which tenth runs and at which moments processes are killed; `WEATHER_SEED` gives another. */
export const weatherSeed = process.env.WEATHER_SEED ?? 'ordinary'

/**
 * Takes all items or, in an ordinary test run, a tenth of them, chosen by the seed.
 *
 * @param only picks by name instead; `WEATHER_ONLY` has it as a regular expression
 */
export function pick<Item>(items: readonly Item[], nameOf: (item: Item) => string): readonly Item[] {
  const only = process.env.WEATHER_ONLY
  if (only !== undefined) return items.filter((item) => new RegExp(only).test(nameOf(item)))
  if (isWhole) return items
  const random = createRandom(weatherSeed, 'tenth')
  const drawn = items.map((item) => ({ item, draw: random() })).sort((a, b) => a.draw - b.draw)
  return drawn.slice(0, Math.ceil(items.length / 10)).map(({ item }) => item)
}
