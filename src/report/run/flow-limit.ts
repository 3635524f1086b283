import { parseThreshold } from '../../results/parse-threshold.ts'
import type { Limit } from '../document/chart.ts'

/** Returns the limit that the thresholds set on the latency of flows, in milliseconds; `undefined` if there is none. */
export function flowLimit(expressions: readonly string[]): Limit | undefined {
  for (const expression of expressions) {
    const { threshold } = parseThreshold(expression)
    if (threshold === null || !/^flow\.p\d+$/.test(threshold.metricName)) continue
    if (threshold.operator.startsWith('<')) return { value: threshold.limit, label: expression }
  }
  return undefined
}
