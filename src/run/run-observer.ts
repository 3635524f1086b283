import type { FlowRecord } from '../flow/flow-record.ts'
import type { FlowStart } from '../flow/flow-start.ts'
import type { Arrival } from '../load/arrivals.ts'
import type { RunSnapshot } from '../results/snapshot-schema.ts'
import type { TimelineLine } from '../results/timeline-line.ts'

/** One second of a run that has ended. */
export type RunTick = {
  /** Milliseconds since the start of the run. */
  elapsedMs: number
  /** What happened since the last tick: a line of `timeline.ndjson`. */
  second: TimelineLine
  /** Where the run stands: everything measured so far, in the words of `summary.json`. */
  snapshot: RunSnapshot
}

/** A phase of the load profile. */
export type RunPhase = {
  /** `ramp-up`, `sustain`, `ramp-down`, `spike`, `pause`, `drain`, `waves`, `replay`, `batches` or `all at once`. */
  name: string
  /** Milliseconds since the start of the run. */
  atMs: number
}

/**
 * Watches a run. Every method is optional and is called synchronously, from the event loop that drives the load: it should
 * return at once.
 *
 * Each user causes one `arrived`, at most one `started`, and one `ended`, in that order. A user that the end of the
 * run drops before its time has not arrived: it causes only `ended`, with `dueMs` after `endedMs`. All times are
 * milliseconds since the start of the run.
 *
 * @example
 * const observer: RunObserver = {
 *   ended: ({ index, outcome, error }) => console.log(index, outcome, error?.code),
 *   tick: ({ snapshot }) => gauge.set(snapshot.now.active),
 * }
 */
export type RunObserver = {
  /** A user is due: `index` is its number in the whole load, from 0. */
  arrived?(arrival: Arrival): void
  /** A user has its place and its funds, and its flow starts. */
  started?(start: FlowStart): void
  /** A user has ended: its flow is over, or it never started. `record.outcome` says which. */
  ended?(record: FlowRecord): void
  /** A second has ended. Called once a second while users arrive or are in flight, and once after the last. */
  tick?(tick: RunTick): void
  /** The load profile enters a phase; called for the first one when the run starts, and within a second of each change. */
  phase?(phase: RunPhase): void
}

/** An observer, and what to do when one of its methods throws. */
export type GuardedObserver = { observer: RunObserver; onFailure: (error: unknown) => void }

/**
 * Combines observers into one that calls them in order. If one throws, or returns a promise that rejects, the others still get
 * the event.
 */
export function combineObservers(observers: readonly GuardedObserver[]): Required<RunObserver> {
  const each = (call: (observer: RunObserver) => unknown): void => {
    for (const { observer, onFailure } of observers) {
      try {
        const result = call(observer)
        if (result instanceof Promise) result.catch(onFailure)
      } catch (error) {
        onFailure(error)
      }
    }
  }
  return {
    arrived: (arrival) => each((observer) => observer.arrived?.(arrival)),
    started: (start) => each((observer) => observer.started?.(start)),
    ended: (record) => each((observer) => observer.ended?.(record)),
    tick: (tick) => each((observer) => observer.tick?.(tick)),
    phase: (phase) => each((observer) => observer.phase?.(phase)),
  }
}
