import type { Clock } from './clock.ts'

/** Gives turns, see {@link createSpacer}. */
export type Spacer = {
  /**
   * Waits for a turn, in the order of the calls.
   * @throws the signal's reason when it aborts first
   */
  turn(signal: AbortSignal): Promise<void>
}

type Waiting = { begin(): void }

/**
 * Spaces turns by at least the given time, plus a random share of up to half of it, so that generators that start together do
 * not stay in lockstep. An aborted caller leaves the queue at once, and the next one moves up.
 *
 * @param spacingMs 0 for none
 * @param random in [0, 1)
 * @example const spacer = createSpacer(systemClock, 2000, Math.random); await spacer.turn(signal) // 2 to 3 s apart
 */
export function createSpacer(clock: Clock, spacingMs: number, random: () => number): Spacer {
  const queue = new Set<Waiting>()
  let nextMs = Number.NEGATIVE_INFINITY
  let nobodyWaits = new AbortController()
  let isServing = false

  const serve = async (): Promise<void> => {
    if (isServing) return
    isServing = true
    while (queue.size > 0) {
      nobodyWaits = new AbortController()
      await clock.sleepUntil(nextMs, nobodyWaits.signal).catch(() => undefined)
      const [first] = queue
      if (first === undefined || clock.now() < nextMs) continue
      queue.delete(first)
      nextMs = clock.now() + spacingMs * (1 + random() / 2)
      first.begin()
    }
    isServing = false
  }

  return {
    async turn(signal) {
      signal.throwIfAborted()
      if (spacingMs <= 0) return
      await new Promise<void>((resolve, reject) => {
        const waiting: Waiting = {
          begin() {
            signal.removeEventListener('abort', onAbort)
            resolve()
          },
        }
        const onAbort = (): void => {
          queue.delete(waiting)
          if (queue.size === 0) nobodyWaits.abort()
          reject(signal.reason)
        }
        signal.addEventListener('abort', onAbort, { once: true })
        queue.add(waiting)
        void serve()
      })
    },
  }
}
