import { stepNames } from '../flow/steps.ts'
import type { Threshold } from '../results/parse-threshold.ts'
import { endedCounter, flowHistogram, stepHistogram, succeededCounter } from './metrics.ts'

/** Conditions that Artillery's own `ensure` plugin checks at the end. */
export type Ensure = { conditions: { expression: string }[] }

/** Percentiles that Artillery has under the same names as thresholds. */
const statistics = new Set(['min', 'max', 'mean', 'p50', 'p90', 'p95', 'p99'])

/**
 * Writes the thresholds that Artillery can check as conditions on its own metrics, which cover all machines together. Each part
 * of the run checks the others for itself.
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
