import type { Clock } from '../../async/clock.ts'

/** How long to wait before an endpoint is asked again, see {@link createPatience}. */
export type Patience = {
  /**
   * Time to wait, in milliseconds, before the next attempt; `undefined` once the patience is used up.
   *
   * @param atLeastMs until an endpoint may be asked at all
   */
  backOff(atLeastMs?: number): number | undefined
  /** Time to wait for a pause that an endpoint asked for; `undefined` once enough of them were waited out. */
  pauseFor(askedMs: number): number | undefined
  /** Milliseconds since the first attempt. */
  spentMs(): number
}

/** Settings of {@link createPatience}. */
export type PatienceOptions = {
  clock: Pick<Clock, 'now'>
  /** How long attempts may go on, milliseconds. */
  patienceMs: number
  /** How many pauses that were asked for are waited out besides; their time does not use up the patience. */
  pauses: number
  /** In [0, 1). */
  random: () => number
}

/** Upper limit of the first wait, milliseconds; doubled for every further one. */
const baseDelayMs = 100
/** Upper limit of any wait, milliseconds. */
const maxDelayMs = 2000
/** Lower limit of any wait, milliseconds: with full jitter several waits of nearly nothing may follow each other. */
const minDelayMs = 10

/**
 * Plans the waits between the attempts of one request: exponential backoff with full jitter, for a limited time. The last
 * wait ends when the patience does, so that the last attempt comes at the end of the stated time.
 *
 * @example
 * const patience = createPatience({ clock, patienceMs: 30_000, pauses: 3, random: Math.random })
 * const waitMs = patience.backOff()
 */
export function createPatience({ clock, patienceMs, pauses, random }: PatienceOptions): Patience {
  const startedMs = clock.now()
  let deadlineMs = startedMs + patienceMs
  let backOffs = 0
  let paused = 0
  return {
    backOff(atLeastMs = 0) {
      const leftMs = deadlineMs - clock.now()
      if (leftMs <= 0) return undefined
      const ceilingMs = Math.min(maxDelayMs, baseDelayMs * 2 ** Math.min(backOffs, 16))
      backOffs += 1
      // Waiters for the same circuit come back spread over the jitter, not all at once.
      const delayMs = atLeastMs + Math.max(minDelayMs, random() * ceilingMs)
      return Math.min(delayMs, leftMs)
    },
    pauseFor(askedMs) {
      if (paused >= pauses) return undefined
      paused += 1
      // Waiters for the same pause come back spread over half of it again.
      const delayMs = askedMs * (1 + random() / 2)
      deadlineMs += delayMs
      return delayMs
    },
    spentMs: () => clock.now() - startedMs,
  }
}
