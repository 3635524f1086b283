import type { Outcome } from '../flow/flow-record.ts'

/** How many flows ended in each way, under the names that `summary.json` uses. */
export type OutcomeCounts = {
  succeeded: number
  failed: number
  timedOut: number
  aborted: number
  dropped: number
  degraded: number
}

/** The names of the outcomes in `summary.json`, in the order in which reports list them. */
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

/** No flow has ended. */
export const noOutcomes: OutcomeCounts = {
  succeeded: 0,
  failed: 0,
  timedOut: 0,
  aborted: 0,
  dropped: 0,
  degraded: 0,
}

/** The name of an outcome in `summary.json`: `timed-out` is `timedOut` there. */
export function outcomeKey(outcome: Outcome): OutcomeKey {
  return outcome === 'timed-out' ? 'timedOut' : outcome
}

/** How many arrivals have ended in any way. */
export function sumOutcomes(counts: OutcomeCounts): number {
  return outcomeKeys.reduce((sum, key) => sum + counts[key], 0)
}
