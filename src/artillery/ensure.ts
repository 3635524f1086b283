import { stepNames } from '../flow/steps.ts'
import type { Threshold } from '../results/parse-threshold.ts'
import { endedCounter, flowHistogram, stepHistogram, succeededCounter } from './metrics.ts'

/** Conditions that Artillery's own `ensure` plugin checks at the end. */
export type Ensure = { conditions: { expression: string }[] }

/** Which percentiles Artillery keeps under the names that thresholds have for them. */
const statistics = new Set(['min', 'max', 'mean', 'p50', 'p90', 'p95', 'p99'])

/**
 * Writes those thresholds of a run that Artillery can judge as conditions on its own metrics, which are those of all
 * machines together. The others are judged by each part of the run for itself.
 */
export function ensureOf(thresholds: readonly Threshold[]): Ensure | undefined {
  const expressions = thresholds.flatMap((threshold) => expressionOf(threshold) ?? [])
  if (expressions.length === 0) return undefined
  return { conditions: expressions.map((expression) => ({ expression })) }
}

function expressionOf({ metricName, operator, limit }: Threshold): string | undefined {
  if (metricName === 'success') return `${succeededCounter} ${operator} ${limit} * ${endedCounter}`
  const [, name, statistic = ''] = /^(?:step\.)?(\w+)\.(\w+)$/.exec(metricName) ?? []
  if (!statistics.has(statistic)) return undefined
  const step = stepNames.find((known) => known === name)
  const histogram = metricName.startsWith('flow.') ? flowHistogram : step && stepHistogram(step)
  return histogram === undefined ? undefined : `${histogram}.${statistic} ${operator} ${limit}`
}
