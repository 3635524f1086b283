/** How many different names are counted apart before the rest is counted together. */
const mostNames = 200

/** The name that counts everything past {@link mostNames} different names. */
const overflowName = '(other)'

/** Counts by name, in bounded memory. */
export type Counters = {
  /** Adds to a name's count. @default by 1 */
  add(name: string, by?: number): void
  /** A copy of all counts, highest first. */
  read(): Record<string, number>
  /** A copy of all counts, which then start at 0 again. */
  take(): Record<string, number>
}

/**
 * Makes an empty set of counters. After 200 different names, new ones are counted as `(other)`, so that a name made
 * from outside text cannot fill the memory.
 *
 * @example
 * const counters = createCounters()
 * counters.add('retries')
 * counters.read() // { retries: 1 }
 */
export function createCounters(): Counters {
  const counts = new Map<string, number>()
  const read = () => Object.fromEntries([...counts].sort(([, a], [, b]) => b - a))
  return {
    add(name, by = 1) {
      const key = counts.has(name) || counts.size < mostNames ? name : overflowName
      counts.set(key, (counts.get(key) ?? 0) + by)
    },
    read,
    take() {
      const taken = read()
      counts.clear()
      return taken
    },
  }
}
