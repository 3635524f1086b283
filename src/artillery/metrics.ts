import type { FlowRecord } from '../flow/flow-record.ts'
import { type StepName, stepNames } from '../flow/steps.ts'
import { completedSteps } from '../results/completed-steps.ts'

/*
 * The metrics for Artillery. No name begins with another, since its `ensure` replaces names in conditions as text.
 */

/** Contribution of one flow to Artillery's metrics. */
export type FlowMetrics = {
  counters: Record<string, number>
  /** Milliseconds. */
  histograms: Record<string, number>
}

/** Flows that ended in any way, and users who never started. */
export const endedCounter = 'vana_flows_ended'

/** Flows that succeeded. */
export const succeededCounter = 'vana_flows_succeeded'

const outcomeCounters = {
  succeeded: succeededCounter,
  failed: 'vana_flows_failed',
  'timed-out': 'vana_flows_timed_out',
  aborted: 'vana_flows_aborted',
  dropped: 'vana_flows_dropped',
  degraded: 'vana_flows_degraded',
} as const satisfies Record<FlowRecord['outcome'], string>

/** Duration of successful flows, from their start. */
export const flowHistogram = 'vana_flow_ms'

/** Duration of a completed step. */
export const stepHistogram = (step: StepName): string => `vana_step_${step}_ms`

/** Every name. */
export const metricNames: readonly string[] = [
  endedCounter,
  ...Object.values(outcomeCounters),
  flowHistogram,
  ...stepNames.map(stepHistogram),
]

/** All counters at 0, since `ensure` fails on a metric that was never counted. */
export const noFlows: FlowMetrics = {
  counters: Object.fromEntries([endedCounter, ...Object.values(outcomeCounters)].map((name) => [name, 0])),
  histograms: {},
}

/** Returns the contribution of an ended flow. As in `summary.json`, only successful flows have a duration. */
export function metricsOf(record: FlowRecord): FlowMetrics {
  const { outcome, startedMs, endedMs } = record
  const histograms: FlowMetrics['histograms'] = {}
  if (outcome === 'succeeded' && startedMs !== null) histograms[flowHistogram] = endedMs - startedMs
  for (const [step, durationMs] of completedSteps(record)) histograms[stepHistogram(step)] = durationMs
  const counters = { ...noFlows.counters, [endedCounter]: 1, [outcomeCounters[outcome]]: 1 }
  return { counters, histograms }
}

/** Returns the code under which Artillery counts a failed flow; `null` if it succeeded. */
export function errorCodeOf({ outcome, error, droppedBecause }: FlowRecord): string | null {
  if (outcome === 'succeeded') return null
  const word = error?.code ?? (outcome === 'dropped' ? `dropped ${droppedBecause ?? ''}`.trim() : outcome)
  return word.toUpperCase().replaceAll(/[ -]/g, '_')
}
