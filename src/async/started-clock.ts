import type { Clock } from './clock.ts'

/** A clock with a fixed zero that related times share. */
export type StartedClock = Clock & {
  /** The zero, in milliseconds of `now()`. */
  readonly originMs: number
  /** Milliseconds since the zero. */
  elapsed(): number
}

/**
 * Starts a clock whose zero is now.
 *
 * @example const clock = startClock(systemClock); clock.elapsed() // 0.01
 */
export function startClock(clock: Clock): StartedClock {
  const originMs = clock.now()
  return {
    now: () => clock.now(),
    sleepUntil: (timeMs, signal) => clock.sleepUntil(timeMs, signal),
    originMs,
    elapsed: () => clock.now() - originMs,
  }
}
