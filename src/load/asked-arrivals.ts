import type { Arrival } from './arrivals.ts'
import { type LoadIndex, loadIndexOf, type Part, shareOf, toPartIndex } from './split.ts'

/** Users of one part of a load that arrive when another program requests them. */
export type AskedArrivals = {
  /** Makes the next user due now. @returns its number in the whole load; `undefined` if all users of the part have arrived */
  ask(): LoadIndex | undefined
  /** Whether all users of the part were requested. */
  areAll(): boolean
  /**
   * Yields the users in the order in which they were requested, and all others once the signal aborts.
   *
   * @param elapsed milliseconds since the start of the run
   */
  arrivals(elapsed: () => number, signal: AbortSignal): AsyncGenerator<Arrival, void, undefined>
}

/**
 * Makes the arrivals of a part of a load whose due times another program decides. Users are numbered as in `arrivals`: all
 * parts together have the numbers of the whole, each once.
 *
 * @example const asked = createAskedArrivals(5000, { index: 1, count: 4 }); asked.ask() // 1, then 5, 9, ...
 */
export function createAskedArrivals(users: number, part: Part): AskedArrivals {
  const total = shareOf(users, part)
  const numberOf = (k: number): LoadIndex => loadIndexOf(toPartIndex(k), part)
  const dueMs: (number | null)[] = []
  let clock: (() => number) | undefined
  let onAsk: () => void = () => {}
  let asked = 0
  return {
    ask() {
      if (asked >= total) return undefined
      dueMs.push(clock?.() ?? null)
      onAsk()
      return numberOf(asked++)
    },
    areAll: () => asked >= total,
    async *arrivals(elapsed, signal) {
      clock = elapsed
      const onAbort = (): void => onAsk()
      signal.addEventListener('abort', onAbort, { once: true })
      try {
        for (let k = 0; k < total; k++) {
          while (k >= asked && !signal.aborted) {
            await new Promise<void>((resolve) => {
              onAsk = resolve
            })
          }
          // A user requested before the start is due at the start.
          yield { index: numberOf(k), dueMs: k < asked ? (dueMs.shift() ?? 0) : elapsed() }
        }
      } finally {
        signal.removeEventListener('abort', onAbort)
      }
    },
  }
}
