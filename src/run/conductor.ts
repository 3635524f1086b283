import type { FlowRecord } from '../flow/flow-record.ts'
import type { Arrival } from '../load/arrivals.ts'

/** Another program that says when the users of a run come, and hears of each. */
export type Conductor = {
  /** Called when everything is ready for the first user; the run goes on when it resolves. */
  ready(): Promise<void>
  /**
   * The users as they are asked for; left out, they come as the load profile has it.
   *
   * @param elapsed milliseconds since the start of the run
   * @param signal aborted when no user may start any more: then all others are due at once, to be dropped
   */
  arrivals?(elapsed: () => number, signal: AbortSignal): AsyncIterable<Arrival>
  /** Told of every flow that ended, and of every user that never started. */
  ended(record: FlowRecord): void
}
