import { type Caveat, compareConditions, unreliability } from '../compare/comparability.ts'
import { figureOf } from '../compare/compare-runs.ts'
import { type Difference, differenceOf } from '../compare/difference.ts'
import type { Estimate } from '../compare/estimate.ts'
import type { FlowSamples } from '../compare/flow-samples.ts'
import { type Figure, isMoreBetter } from '../compare/judge-figure.ts'
import { conditionsOf, type EndedRun } from '../compare/run-conditions.ts'
import { exitCodeOf } from '../exit-code.ts'
import type { Summary } from '../summary-schema.ts'
import { findMetric } from '../threshold-metrics.ts'
import type { BaselineFigure, BaselineResult } from './baseline-result-schema.ts'
import type { Baseline } from './baseline-schema.ts'

/**
 * Compares a run with a baseline. A figure fails when it is worse by more than its tolerance and by more than noise: worse than
 * in each run of the baseline. A figure that is a single number per run has no known noise; its tolerance alone decides.
 *
 * @returns the summary with the result, and the exit code that follows
 * @example compareWithBaseline(baseline, run, await readFlowSamples(run.flows())).exitCode
 */
export function compareWithBaseline(baseline: Baseline, run: EndedRun, samples: FlowSamples): Summary {
  const { summary } = run
  const caveats: Caveat[] = [
    ...compareConditions(baseline.conditions, conditionsOf(run), {
      reference: 'the baseline',
      other: 'this run',
    }),
    ...unreliability(summary, 'This run'),
  ]
  const figures = Object.entries(baseline.tolerances).map(([metric, tolerance]) =>
    compareFigure({ metric, tolerance }, baseline.runs, figureOf(metric, summary, samples)),
  )
  const result: BaselineResult = {
    name: baseline.name,
    runs: baseline.runs.map(({ id }) => id),
    caveats,
    figures,
    passed:
      figures.every(({ verdict }) => verdict === 'holds' || verdict === 'unclear') &&
      caveats.every(({ kind }) => kind !== 'other-test'),
  }
  const { thresholds, problems } = summary
  const { stopped } = summary.run
  return {
    ...summary,
    baseline: result,
    exitCode: exitCodeOf({ stopped, problems, thresholds, baseline: result }),
  }
}

function compareFigure(
  { metric, tolerance }: Pick<BaselineFigure, 'metric' | 'tolerance'>,
  runs: Baseline['runs'],
  actual: Figure,
): BaselineFigure {
  const unit = findMetric(metric, () => true)?.unit ?? 'count'
  const before = runs.flatMap(({ figures }) => figures[metric] ?? [])
  const middle = median(before.flatMap(({ value }) => value ?? []))
  const base = { metric, unit, baseline: middle, actual: actual.value, tolerance }
  if (middle === null || actual.value === null) {
    const verdict = actual.value === null ? 'no-data' : 'holds'
    return { ...base, change: null, low: null, high: null, verdict }
  }
  const { value, estimate } = actual
  const differences = before.map((reference) =>
    differenceFrom(
      { ...reference, value: reference.value ?? middle, flows: 0 },
      { value, estimate, isScaled: unit !== 'ratio' },
    ),
  )
  const size = unit === 'ratio' ? 1 : Math.abs(middle)
  const share = (one: number | null): number | null => (one === null || size === 0 ? null : one / size)
  const worseBy = isMoreBetter(metric) ? -1 : 1
  const isBeyondTolerance = (value - middle) * worseBy > tolerance * size
  const isBeyondNoise = differences.every((difference) => isWorse(difference, worseBy, estimate !== null))
  // With several runs, the interval reaches from the lowest bound to the highest.
  const lows = differences.map(({ low }) => low)
  const highs = differences.map(({ high }) => high)
  return {
    ...base,
    change: share(value - middle),
    low: share(lows.includes(null) ? null : Math.min(...lows.map(Number))),
    high: share(highs.includes(null) ? null : Math.max(...highs.map(Number))),
    verdict: !isBeyondTolerance ? 'holds' : isBeyondNoise ? 'worse' : 'unclear',
  }
}

/** The difference from one run of the baseline; without an estimate there is no interval. */
function differenceFrom(
  reference: Estimate,
  actual: { value: number; estimate: Estimate | null; isScaled: boolean },
): Difference {
  const { value, estimate, isScaled } = actual
  if (estimate === null) return { value: value - reference.value, low: null, high: null }
  return differenceOf(reference, estimate, { isScaled })
}

/** Whether a difference is worse for certain: its interval must exclude zero, if it has one. */
function isWorse({ value, low, high }: Difference, worseBy: 1 | -1, hasInterval: boolean): boolean {
  if (!hasInterval) return value * worseBy > 0
  return worseBy === 1 ? low !== null && low > 0 : high !== null && high < 0
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)]
  if (upper === undefined) return null
  return sorted.length % 2 === 1 ? upper : ((sorted[sorted.length / 2 - 1] ?? upper) + upper) / 2
}
