import type { FlowRecord } from '../flow/flow-record.ts'
import { type StepName, stepNames } from '../flow/steps.ts'
import { completedSteps } from '../results/completed-steps.ts'

/*
 * The metrics that Artillery gets. No name is the beginning of another, since its `ensure` replaces names in conditions as text.
 */

/** What one flow adds to Artillery's metrics. */
export type FlowMetrics = {
  counters: Record<string, number>
  /** Milliseconds. */
  histograms: Record<string, number>
}

/** Flows that ended, whatever way, and users that never started. */
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

/** How long flows took that succeeded, from their start. */
export const flowHistogram = 'vana_flow_ms'

/** How long a step took that was completed. */
export const stepHistogram = (step: StepName): string => `vana_step_${step}_ms`

/** Every name. */
export const metricNames: readonly string[] = [
  endedCounter,
  ...Object.values(outcomeCounters),
  flowHistogram,
  ...stepNames.map(stepHistogram),
]

/** Every counter at 0: `ensure` fails on what was never counted. */
export const noFlows: FlowMetrics = {
  counters: Object.fromEntries([endedCounter, ...Object.values(outcomeCounters)].map((name) => [name, 0])),
  histograms: {},
}

/** What an ended flow adds, by the rules of `summary.json`: only flows that succeeded have a duration. */
export function metricsOf(record: FlowRecord): FlowMetrics {
  const { outcome, startedMs, endedMs } = record
  const histograms: FlowMetrics['histograms'] = {}
  if (outcome === 'succeeded' && startedMs !== null) histograms[flowHistogram] = endedMs - startedMs
  for (const [step, durationMs] of completedSteps(record)) histograms[stepHistogram(step)] = durationMs
  const counters = { ...noFlows.counters, [endedCounter]: 1, [outcomeCounters[outcome]]: 1 }
  return { counters, histograms }
}

/** Under which code Artillery counts a flow as failed; `null` for one that succeeded. */
export function errorCodeOf({ outcome, error, droppedBecause }: FlowRecord): string | null {
  if (outcome === 'succeeded') return null
  const word = error?.code ?? (outcome === 'dropped' ? `dropped ${droppedBecause ?? ''}`.trim() : outcome)
  return word.toUpperCase().replaceAll(/[ -]/g, '_')
}
