import type { Summary } from '../../results/summary-schema.ts'
import { baselineTable, baselineTitle } from '../baseline/baseline-figure.ts'
import type { ReportNode } from '../document/document.ts'

/** The figures of a run compared with its baseline; nothing without a baseline. */
export function baselineSection(baseline: Summary['baseline']): ReportNode[] {
  if (baseline === null) return []
  const text = `Baseline: ${baselineTitle(baseline)}. A figure fails if it is worse by more than its tolerance and by more than noise.`
  return [
    {
      kind: 'section',
      id: 'baseline',
      title: 'Compared with the baseline',
      nodes: [{ kind: 'paragraph', text, depth: 'standard' }, baselineTable(baseline.figures)],
    },
  ]
}
