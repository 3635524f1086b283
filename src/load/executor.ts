import type { StartedClock } from '../async/started-clock.ts'
import type { Arrival } from './arrivals.ts'
import type { HoldReason, StartGate } from './start-gate.ts'
import type { StartWaits } from './wait-clock.ts'

/**
 * Why a user never started: no slot was free or the gate was shut until its patience ended, the generator was too late, or
 * the run was stopped.
 */
export type DropReason = 'concurrency-limit' | HoldReason | 'generator-late' | 'run-stopped'

/** Options of every executor. */
export type ExecutorOptions = {
  /** Highest number of users in flight. */
  concurrency: number
  /** Clock whose zero due times count from. */
  clock: StartedClock
  /** Decides whether users may start. */
  gate: StartGate
  /** Stops the load: no more users start, and those in flight continue. */
  signal: AbortSignal
  /** Called once for each due user, but not for one that a stop drops before it is due. */
  onArrival: (arrival: Arrival) => void
  /** Runs the flow of one user; must not reject. `admittedMs` counts from the clock's zero, like `dueMs`. */
  user: (arrival: Arrival, admittedMs: number, waits: StartWaits) => Promise<void>
  /** Called once for each planned user that never starts. */
  onDropped: (arrival: Arrival, reason: DropReason) => void
}
