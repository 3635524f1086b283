import type { Arrival } from '../load/arrivals.ts'
import type { RunObserver } from './run-observer.ts'

/** Another program that decides when the users of a run are due; it observes the run as well. */
export type Conductor = RunObserver & {
  /** Called when everything is ready for the first user. The run's clock starts when it resolves. */
  ready(): Promise<void>
  /**
   * The users as they are asked for. @default the load profile has them due
   *
   * @param elapsed milliseconds since the start of the run
   * @param signal aborted when no user may start any more: then all others are due at once, to be dropped
   */
  arrivals?: ((elapsed: () => number, signal: AbortSignal) => AsyncIterable<Arrival>) | undefined
}
