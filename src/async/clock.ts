import { setTimeout as sleepFor } from 'node:timers/promises'

/** A source of time, so that code that waits can be tested without waiting. */
export type Clock = {
  /** Milliseconds since an arbitrary fixed moment; never goes backwards. */
  now(): number
  /**
   * Waits until `now()` has reached `timeMs`.
   * @throws the signal's reason if it aborts first
   */
  sleepUntil(timeMs: number, signal?: AbortSignal): Promise<void>
}

/** Monotonic clock of this process. */
export const systemClock: Clock = {
  now: () => performance.now(),
  async sleepUntil(timeMs, signal) {
    signal?.throwIfAborted()
    for (let left = timeMs - performance.now(); left > 0; left = timeMs - performance.now()) {
      // A timer may fire up to a millisecond early and no timer is longer than 2^31-1 ms, so check again.
      await sleepFor(Math.min(left, 1_000_000_000), undefined, signal ? { signal } : {}).catch(
        (error: unknown) => {
          signal?.throwIfAborted()
          throw error
        },
      )
    }
  },
}
