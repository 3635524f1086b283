import { parseThreshold } from '../results/parse-threshold.ts'

/** A limit that was set on what a chart shows. */
export type Limit = { value: number; label: string }

/** The limit that was set on the latency of flows, in milliseconds; `undefined` without any. */
export function flowLimit(expressions: readonly string[]): Limit | undefined {
  for (const expression of expressions) {
    const { threshold } = parseThreshold(expression)
    if (threshold === null || !/^flow\.p\d+$/.test(threshold.metricName)) continue
    if (threshold.operator.startsWith('<')) return { value: threshold.limit, label: expression }
  }
  return undefined
}
