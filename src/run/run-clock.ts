import { type Clock, systemClock } from '../async/clock.ts'
import { type StartedClock, startClock } from '../async/started-clock.ts'

/** The time of a run: one zero for arrivals, records, timeline, breaker and the run's own start. */
export type RunClock = StartedClock & {
  /** The wall-clock time of the zero. Parts of a split load are put together by it. */
  readonly startedAt: Date
}

/**
 * Starts the clock of a run. A run takes it once, when everything is ready for the first user.
 *
 * @param clock what the run waits with. @default the monotonic clock of this process
 * @param date reads the wall clock. @default the system's
 * @example const clock = startRunClock(); recorder.tick(clock.elapsed())
 */
export function startRunClock(clock: Clock = systemClock, date = (): Date => new Date()): RunClock {
  return { ...startClock(clock), startedAt: date() }
}
