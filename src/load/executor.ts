import type { StartedClock } from '../async/started-clock.ts'
import type { Arrival } from './arrivals.ts'
import type { HoldReason, StartGate } from './start-gate.ts'
import type { StartWaits } from './wait-clock.ts'

/**
 * Why a user never started: no place was free, or the gate was shut, within its patience; the generator itself was too
 * late; the run was stopped.
 */
export type DropReason = 'concurrency-limit' | HoldReason | 'generator-late' | 'run-stopped'

/** What every executor needs. */
export type ExecutorOptions = {
  /** Most users in flight at the same time. */
  concurrency: number
  /** Due times count from its zero. */
  clock: StartedClock
  /** Says whether users may start at all. */
  gate: StartGate
  /** Stops the load: no user starts any more; those in flight go on. */
  signal: AbortSignal
  /** Called once for each user that is due; not for one that a stop drops before its time. */
  onArrival: (arrival: Arrival) => void
  /** Runs the flow of one user; must not reject. `admittedMs` counts from the clock's zero, like `dueMs`. */
  user: (arrival: Arrival, admittedMs: number, waits: StartWaits) => Promise<void>
  /** Called once for each planned user that never starts. */
  onDropped: (arrival: Arrival, reason: DropReason) => void
}
