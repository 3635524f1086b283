import type { BaselineResult } from '../../results/baseline/baseline-result-schema.ts'
import type { Baseline } from '../../results/baseline/baseline-schema.ts'
import type { Summary } from '../../results/summary-schema.ts'
import { findMetric } from '../../results/threshold-metrics.ts'
import { findingOf } from '../comparison/comparison-document.ts'
import type { Column, ReportDocument, ReportNode } from '../document/document.ts'
import { code } from '../document/inline.ts'
import { formatMeasured } from '../format-value.ts'
import { baselineTable, baselineTitle, formatTolerance, isAcceptable } from './baseline-figure.ts'

/** Builds the report of a run compared with its baseline. */
export function baselineResultDocument(
  result: BaselineResult,
  { run, tool }: Pick<Summary, 'run' | 'tool'>,
): ReportDocument {
  const { passed, figures, caveats } = result
  const worse = figures.filter((figure) => !isAcceptable(figure)).map(({ metric }) => metric)
  const headline = passed
    ? 'Passed: as good as the baseline, within tolerance and noise.'
    : worse.length === 0
      ? 'Failed: the baseline is from a different test.'
      : `Failed: worse than the baseline in ${worse.join(', ')}.`
  const findings: ReportNode[] =
    caveats.length === 0 ? [] : [{ kind: 'findings', findings: caveats.map(findingOf) }]
  return {
    title: headline,
    nodes: [
      {
        kind: 'verdict',
        tone: passed ? 'good' : 'bad',
        tool,
        id: `${run.id} compared with the baseline ${baselineTitle(result)}`,
        headline,
        lead: 'A figure fails if it is worse by more than its tolerance and by more than noise.',
        facts: [],
      },
      ...findings,
      baselineTable(figures),
    ],
    footer: { text: '', depth: 'full' },
  }
}

/** Builds the report of a baseline. */
export function baselineDocument({ name, runs, conditions, tolerances }: Baseline): ReportDocument {
  const { target, preset, settings, machine } = conditions
  const ids = runs.map(({ id }) => id)
  const runColumns = runs.map(({ startedAt }): Column => ({ title: startedAt.slice(0, 16), align: 'end' }))
  const rows = Object.entries(tolerances).map(([metric, tolerance]) => {
    const unit = findMetric(metric, () => true)?.unit ?? 'count'
    const values = runs.map(({ figures }) => formatMeasured(figures[metric]?.value ?? null, unit))
    return [code(metric), ...values, formatTolerance({ tolerance, unit })]
  })
  return {
    title: baselineTitle({ name, runs: ids }),
    nodes: [
      { kind: 'paragraph', text: `Baseline ${baselineTitle({ name, runs: ids })}` },
      {
        kind: 'paragraph',
        text: `Target ${target}, ${preset === null ? 'no preset' : `preset ${preset}`}, ${settings.users ?? 'unknown'} users; ${machine ?? 'unknown machine'}`,
      },
      {
        kind: 'table',
        columns: [{ title: 'Figure' }, ...runColumns, { title: 'Tolerance', align: 'end' }],
        rows,
      },
    ],
    footer: { text: '', depth: 'full' },
  }
}
