import type { ThresholdResult } from '../../results/summary-schema.ts'
import type { ReportNode } from '../document/document.ts'
import { badge, code } from '../document/inline.ts'
import { formatMeasured } from '../format-value.ts'

/** Names of the verdicts on thresholds. */
export type ThresholdVerdictNames = Record<ThresholdResult['verdict'], string>

const final: ThresholdVerdictNames = { pass: 'passed', fail: 'failed', 'no-data': 'no data' }

/**
 * Every threshold with its measured value; nothing without thresholds.
 *
 * @param names of the verdicts. @default those of a run that has ended
 */
export function thresholdSection(thresholds: readonly ThresholdResult[], names = final): ReportNode[] {
  if (thresholds.length === 0) return []
  const table: ReportNode = {
    kind: 'table',
    layout: 'compact',
    columns: [{ title: 'Threshold' }, { title: 'Measured', align: 'end' }, { title: 'Verdict' }],
    rows: thresholds.map(({ expression, actual, unit, verdict }) => [
      code(expression),
      formatMeasured(actual, unit),
      badge(names[verdict], verdict === 'pass' ? 'good' : 'bad'),
    ]),
  }
  return [{ kind: 'section', id: 'thresholds', title: 'Thresholds', nodes: [table] }]
}
