import type { FlowRecord } from '../../flow/flow-record.ts'
import { startLag } from '../../flow/start-lag.ts'
import { type StepGroup, type StepName, stepGroups } from '../../flow/steps.ts'
import { completedSteps } from '../completed-steps.ts'
import { type Estimate, estimateMean, estimatePercentile, estimateShare } from './estimate.ts'

/** The single measurements of a run, by their names in thresholds: `flow`, `step.confirm`, `group.storage`, ... */
export type FlowSamples = {
  /** Estimates a metric such as `flow.p95` or `success`; `null` if it is not a statistic of single flows. */
  estimate(metric: string): Estimate | null
}

/** One measurement per flow, with the time at which its user was due. */
type Series = { dueMs: number[]; values: number[] }

const percentiles: Record<string, number> = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 }
const groupNames = Object.keys(stepGroups) as StepGroup[]

/**
 * Reads the flows of a run into samples, which take about 16 bytes per flow and step.
 *
 * @example (await readFlowSamples(run.flows())).estimate('flow.p95')
 */
export async function readFlowSamples(flows: AsyncIterable<FlowRecord>): Promise<FlowSamples> {
  const series = new Map<string, Series>()
  for await (const flow of flows) {
    for (const [name, value] of measurementsOf(flow)) {
      const one = series.get(name) ?? { dueMs: [], values: [] }
      if (one.values.length === 0) series.set(name, one)
      one.dueMs.push(flow.dueMs)
      one.values.push(value)
    }
  }
  const ordered = new Map<string, number[]>()
  /** Sorts a series by arrival: flows are written as they end, but neighbours in time of arrival are correlated. */
  const inOrder = (name: string): number[] => {
    const known = ordered.get(name)
    if (known !== undefined) return known
    const { dueMs, values } = series.get(name) ?? { dueMs: [], values: [] }
    const order = dueMs.map((_, i) => i).sort((a, b) => (dueMs[a] ?? 0) - (dueMs[b] ?? 0))
    const found = order.map((i) => values[i] ?? 0)
    ordered.set(name, found)
    return found
  }
  return {
    estimate(metric) {
      if (metric === 'success') return estimateShare(inOrder('success').map((one) => one === 1))
      if (metric === 'gas.perFlow') return estimateMean(inOrder('gas'))
      const cut = metric.lastIndexOf('.')
      const name = metric.slice(0, cut)
      const statistic = metric.slice(cut + 1)
      const samples = inOrder(
        series.has(`step.${name}`) ? `step.${name}` : series.has(`group.${name}`) ? `group.${name}` : name,
      )
      if (statistic === 'mean') return estimateMean(samples)
      const share = percentiles[statistic]
      return share === undefined ? null : estimatePercentile(samples, share)
    },
  }
}

function* measurementsOf(flow: FlowRecord): Generator<[name: string, value: number]> {
  const { startedMs, dueMs, endedMs, outcome, tx } = flow
  yield ['success', outcome === 'succeeded' ? 1 : 0]
  if (startedMs === null) return
  yield ['lag', startLag(flow) ?? 0]
  if (outcome === 'succeeded') {
    yield ['flow', endedMs - startedMs]
    yield ['flowFromDue', endedMs - dueMs]
  }
  const completed = new Map(completedSteps(flow))
  for (const [step, ms] of completed) yield [`step.${step}`, ms]
  for (const group of groupNames) {
    const steps: readonly StepName[] = stepGroups[group]
    const times = steps.flatMap((step) => completed.get(step) ?? [])
    if (times.length === steps.length) yield [`group.${group}`, times.reduce((a, b) => a + b, 0)]
  }
  if (tx?.gasUsed != null) yield ['gas', tx.gasUsed]
}
