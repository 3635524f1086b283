import { stepNames } from '../../flow/steps.ts'
import type { StoredRun } from '../read-run.ts'
import type { Summary } from '../summary-schema.ts'
import { findMetric, type MetricUnit } from '../threshold-metrics.ts'
import { type Caveat, compareConditions, unreliability } from './comparability.ts'
import { confidence } from './estimate.ts'
import { type FlowSamples, readFlowSamples } from './flow-samples.ts'
import { type Figure, type FigureComparison, judgeFigure } from './judge-figure.ts'
import { conditionsOf } from './run-conditions.ts'

/** How one run compares with the reference. */
export type RunComparison = {
  run: Summary['run']
  /** How the conditions of the runs differ, and what makes either unreliable; the most serious first. */
  caveats: Caveat[]
  figures: FigureComparison[]
  /** Flows that ended in an error in either run, by code and step. */
  errors: { code: string; step: string | null; reference: number; other: number }[]
  /** The verdict on the figures that users notice: success, and latency of whole flows. */
  verdict: 'better' | 'worse' | 'mixed' | 'same' | 'unclear'
}

/** Runs side by side: each of the others with the first. */
export type Comparison = {
  schemaVersion: 1
  tool: Summary['tool']
  /** Confidence level of each interval. */
  confidence: number
  /** The smallest change that matters, as a share. */
  smallestChange: number
  reference: Pick<Summary, 'run' | 'users'>
  comparisons: (RunComparison & Pick<Summary, 'users'>)[]
}

/** A run with its summary. */
type EndedRun = StoredRun & { summary: Summary }

/** Figures that users notice; they decide the verdict on a run. */
const noticed = ['success', 'flow.p50', 'flow.p95'] as const

/** Metrics that are compared, in the order of display. */
export const comparedMetrics: readonly string[] = [
  ...noticed.slice(0, 1),
  ...['flowsPerSecond', 'peakFlowsPerSecond', 'flow.mean', 'flow.p50', 'flow.p90', 'flow.p95', 'flow.p99'],
  ...['flowFromDue.p50', 'flowFromDue.p95', 'lag.p99'],
  ...stepNames.flatMap((step) => [`step.${step}.p50`, `step.${step}.p95`]),
  ...['rpc.callsPerFlow', 'gas.perFlow', 'gas.costPerFlow', 'money.spent', 'cpuPerFlow', 'rss'],
  ...['chain', 'storage', 'personalServer', 'apiServer'].map((part) => `components.${part}.cpuMsPerFlow`),
]

/**
 * Compares runs with the first of them, figure by figure, each with its noise.
 *
 * The noise comes from the single flows within the runs. Two runs cannot show what else changes from one run to the next.
 *
 * @param options.smallestChange the smallest change that matters, as a share. @default 0.05
 * @example (await compareRuns([before, after])).comparisons[0]?.verdict // 'worse'
 */
export async function compareRuns(
  [reference, ...others]: readonly [EndedRun, ...EndedRun[]],
  options: { tool: Summary['tool']; smallestChange?: number | undefined },
): Promise<Comparison> {
  const { tool, smallestChange = 0.05 } = options
  const samples = await readFlowSamples(reference.flows())
  const comparisons = []
  for (const other of others) {
    comparisons.push(await compareTwo({ ...reference, samples }, other, smallestChange))
  }
  const { run, users } = reference.summary
  return { schemaVersion: 1, tool, confidence, smallestChange, reference: { run, users }, comparisons }
}

async function compareTwo(
  reference: EndedRun & { samples: FlowSamples },
  other: EndedRun,
  smallest: number,
): Promise<Comparison['comparisons'][number]> {
  const otherSamples = await readFlowSamples(other.flows())
  const figures = comparedMetrics.flatMap((name) => {
    const metric = readMetric(name)
    const a = figureOf(name, reference.summary, reference.samples)
    const b = figureOf(name, other.summary, otherSamples)
    if (a.value === null && b.value === null) return []
    return [judgeFigure({ name, unit: metric.unit, smallest }, a, b)]
  })
  const { run, users } = other.summary
  const names = { reference: reference.id, other: other.id }
  return {
    run,
    users,
    caveats: [
      ...compareConditions(conditionsOf(reference), conditionsOf(other), names),
      ...unreliability(reference.summary, reference.id),
      ...unreliability(other.summary, other.id),
    ].sort((a, b) => gravity.indexOf(a.kind) - gravity.indexOf(b.kind)),
    figures,
    errors: compareErrors(reference.summary, other.summary),
    verdict: verdictOn(figures),
  }
}

const gravity: readonly Caveat['kind'][] = ['other-test', 'unreliable', 'conditions']

/** Returns a figure of a run by its name in thresholds. The value of the estimate, if there is one, is exact and comes first. */
export function figureOf(name: string, summary: Summary, samples: FlowSamples): Figure {
  const estimate = samples.estimate(name)
  return { value: estimate?.value ?? readMetric(name).read(summary), estimate }
}

function readMetric(name: string): { unit: MetricUnit; read(summary: Summary): number | null } {
  const metric = findMetric(name, () => true)
  if (metric === null) throw new Error(`There is no metric ${name}.`)
  return metric
}

function compareErrors(a: Summary, b: Summary): RunComparison['errors'] {
  const found = new Map<string, RunComparison['errors'][number]>()
  const at = (code: string, step: string | null): RunComparison['errors'][number] => {
    const key = `${code} ${step}`
    const one = found.get(key) ?? { code, step, reference: 0, other: 0 }
    found.set(key, one)
    return one
  }
  for (const { code, step, count } of a.errors) at(code, step).reference += count
  for (const { code, step, count } of b.errors) at(code, step).other += count
  return [...found.values()].sort((x, y) => y.other + y.reference - x.other - x.reference)
}

function verdictOn(figures: readonly FigureComparison[]): RunComparison['verdict'] {
  const verdicts = figures
    .filter(({ metric }) => noticed.some((name) => name === metric))
    .map((f) => f.verdict)
  const isBetter = verdicts.includes('better')
  const isWorse = verdicts.includes('worse')
  if (isBetter && isWorse) return 'mixed'
  if (isBetter) return 'better'
  if (isWorse) return 'worse'
  return verdicts.length > 0 && verdicts.every((verdict) => verdict === 'same') ? 'same' : 'unclear'
}
