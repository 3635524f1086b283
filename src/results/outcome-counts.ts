import type { Outcome } from '../flow/flow-record.ts'

/** Number of flows by outcome, with the names of `summary.json`. */
export type OutcomeCounts = {
  succeeded: number
  failed: number
  timedOut: number
  aborted: number
  dropped: number
  degraded: number
}

/** Names of the outcomes in `summary.json`, in the order of reports. */
export const outcomeKeys = [
  'succeeded',
  'degraded',
  'failed',
  'timedOut',
  'aborted',
  'dropped',
] as const satisfies readonly (keyof OutcomeCounts)[]

/** The name of an outcome in `summary.json`. */
export type OutcomeKey = (typeof outcomeKeys)[number]

/** Counts before any flow has ended. */
export const noOutcomes: OutcomeCounts = {
  succeeded: 0,
  failed: 0,
  timedOut: 0,
  aborted: 0,
  dropped: 0,
  degraded: 0,
}

/** Returns the name of an outcome in `summary.json`, where `timed-out` is `timedOut`. */
export function outcomeKey(outcome: Outcome): OutcomeKey {
  return outcome === 'timed-out' ? 'timedOut' : outcome
}

/** Returns the number of arrivals that have ended in any way. */
export function sumOutcomes(counts: OutcomeCounts): number {
  return outcomeKeys.reduce((sum, key) => sum + counts[key], 0)
}
