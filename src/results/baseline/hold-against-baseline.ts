import { type Caveat, compareConditions, unreliability } from '../compare/comparability.ts'
import { figureOf } from '../compare/compare-runs.ts'
import { differenceOf } from '../compare/difference.ts'
import type { FlowSamples } from '../compare/flow-samples.ts'
import { isMoreBetter } from '../compare/judge-figure.ts'
import { conditionsOf, type EndedRun } from '../compare/run-conditions.ts'
import { exitCodeOf } from '../exit-code.ts'
import type { Summary } from '../summary-schema.ts'
import { findMetric } from '../threshold-metrics.ts'
import type { BaselineFigure, BaselineResult } from './baseline-result-schema.ts'
import type { Baseline } from './baseline-schema.ts'

/**
 * Holds a run against a baseline. A figure fails when it is worse by more than its tolerance, and beyond noise: than each of
 * the baseline's runs. What is one number a run has no noise that is known, and goes by the tolerance alone.
 *
 * @returns the summary with the result, and the exit code that follows
 * @example holdAgainstBaseline(baseline, run, await readFlowSamples(run.flows())).exitCode
 */
export function holdAgainstBaseline(baseline: Baseline, run: EndedRun, samples: FlowSamples): Summary {
  const { summary } = run
  const caveats: Caveat[] = [
    ...compareConditions(baseline.conditions, conditionsOf(run), {
      reference: 'the baseline',
      other: 'this run',
    }),
    ...unreliability(summary, 'This run'),
  ]
  const figures = Object.entries(baseline.tolerances).map(([metric, tolerance]) =>
    holdFigure(baseline, metric, tolerance, summary, samples),
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

function holdFigure(
  baseline: Baseline,
  metric: string,
  tolerance: number,
  summary: Summary,
  samples: FlowSamples,
): BaselineFigure {
  const unit = findMetric(metric, () => true)?.unit ?? 'count'
  const actual = figureOf(metric, summary, samples)
  const before = baseline.runs.flatMap(({ figures }) => figures[metric] ?? [])
  const values = before.flatMap(({ value }) => value ?? [])
  const middle = median(values)
  const base = { metric, unit, baseline: middle, actual: actual.value, tolerance }
  if (middle === null || actual.value === null) {
    return {
      ...base,
      change: null,
      low: null,
      high: null,
      verdict: actual.value === null ? 'no-data' : 'holds',
    }
  }
  const size = unit === 'ratio' ? 1 : Math.abs(middle)
  const share = (value: number | null): number | null => (value === null || size === 0 ? null : value / size)
  const difference = actual.value - middle
  const worseBy = isMoreBetter(metric) ? -1 : 1
  const { estimate } = actual
  const differences = before.map(({ value, low, high }) => {
    const reference = { value: value ?? middle, low, high, flows: 0 }
    return estimate === null
      ? { value: actual.value === null ? 0 : actual.value - reference.value, low: null, high: null }
      : differenceOf(reference, estimate, { isScaled: unit !== 'ratio' })
  })
  /** The bound that has to leave out zero. */
  const isBeyondNoise = differences.every(({ value, low, high }) => {
    if (estimate === null) return value * worseBy > 0
    return worseBy === 1 ? low !== null && low > 0 : high !== null && high < 0
  })
  const isBeyondTolerance = difference * worseBy > tolerance * size
  const verdict = !isBeyondTolerance ? 'holds' : isBeyondNoise ? 'worse' : 'unclear'
  // Of several runs, the interval is from the lowest bound to the highest.
  const lows = differences.map(({ low }) => low)
  const highs = differences.map(({ high }) => high)
  return {
    ...base,
    change: size === 0 ? null : difference / size,
    low: share(lows.includes(null) ? null : Math.min(...lows.map(Number))),
    high: share(highs.includes(null) ? null : Math.max(...highs.map(Number))),
    verdict,
  }
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)]
  if (upper === undefined) return null
  return sorted.length % 2 === 1 ? upper : ((sorted[sorted.length / 2 - 1] ?? upper) + upper) / 2
}
