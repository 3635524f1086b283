import { parseThresholds } from '../results/parse-threshold.ts'
import type { Problem } from './problem.ts'
import type { Source } from './source.ts'

/** Finds what is wrong with conditions before a run begins, rather than after it. */
export function checkThresholds(expressions: readonly string[], source: Source | undefined): Problem[] {
  return parseThresholds(expressions).problems.map(({ expression, message, suggestion }) => ({
    key: 'thresholds',
    source,
    found: `'${expression}': ${message}`,
    suggestion: suggestion ?? undefined,
  }))
}
