/** Number of names to count separately before the rest is counted together. */
const mostNames = 200

/** Name of the count of everything after {@link mostNames} names. */
const overflowName = '(other)'

/** Counts by name, in bounded memory. */
export type Counters = {
  /** Adds to a name's count. @default by 1 */
  add(name: string, by?: number): void
  /** Returns a copy of all counts, highest first. */
  read(): Record<string, number>
  /** Returns a copy of all counts and resets them to 0. */
  take(): Record<string, number>
}

/**
 * Makes an empty set of counters. After 200 names, new ones count as `(other)`, so that names from outside cannot fill the
 * memory.
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
