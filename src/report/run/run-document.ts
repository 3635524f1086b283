import type { Summary } from '../../results/summary-schema.ts'
import type { ReportDocument, ReportNode, VerdictNode } from '../document/document.ts'
import { code } from '../document/inline.ts'
import { findingsOf } from '../findings.ts'
import { formatInstant, formatMs } from '../format-value.ts'
import type { ReportData } from '../report-data.ts'
import { verdictOf } from '../verdict.ts'
import { baselineSection } from './baseline-section.ts'
import { chainSection } from './chain.ts'
import { costSection } from './cost.ts'
import { failureSections } from './failures.ts'
import { flowLimit } from './flow-limit.ts'
import { keyFigures, outcomeShares } from './key-figures.ts'
import { originSection } from './origin.ts'
import { overTime } from './over-time.ts'
import { stepSection } from './step-table.ts'
import { thresholdSection } from './threshold-table.ts'

/**
 * Builds the report of a run.
 *
 * @example printHtml(runDocument(await loadReportData(run)))
 */
export function runDocument(data: ReportData): ReportDocument {
  const { summary, timeline } = data
  const { run, users, thresholds, baseline } = summary
  const limit = flowLimit(thresholds.map(({ expression }) => expression))
  const header = runVerdict(summary)
  return {
    title: `${header.headline} ${run.id}`,
    nodes: [
      header,
      keyFigures(summary),
      outcomeShares(users),
      ...thresholdSection(thresholds),
      ...baselineSection(baseline),
      findingSection(data),
      ...overTime({ ...summary, durationMs: run.durationMs, limit }, timeline),
      stepSection(summary),
      ...failureSections(summary),
      chainSection(summary),
      costSection(summary),
      originSection(data),
    ],
    footer: { text: methodNote, depth: 'full' },
  }
}

const methodNote = [
  'Durations are wall-clock time. Percentiles in tables come from HDR histograms (0.1%), those in charts from coarser ones (4.4%). “From due” counts from the time at which a user was due, “whole flow” from its actual start. The data of this page is in ',
  code('summary.json'),
  ', ',
  code('timeline.ndjson'),
  ' and ',
  code('flows.ndjson'),
  ' beside it.',
]

function runVerdict(summary: Summary): VerdictNode {
  const { run, tool, exitCode } = summary
  const part: VerdictNode['facts'] =
    run.part === null ? [] : [['part', `${run.part.index + 1} of ${run.part.count}`]]
  return {
    kind: 'verdict',
    ...verdictOf(summary),
    tool,
    id: run.id,
    facts: [
      ['preset', run.preset ?? 'none'],
      ['target', run.target],
      ['seed', String(run.seed)],
      ...part,
      ['started', formatInstant(run.startedAt)],
      ['duration', formatMs(run.durationMs)],
      ['exit code', String(exitCode)],
    ],
  }
}

function findingSection({ summary, timeline }: ReportData): ReportNode {
  const findings = findingsOf(summary, timeline.points)
  return { kind: 'section', id: 'findings', title: 'Findings', nodes: [{ kind: 'findings', findings }] }
}
