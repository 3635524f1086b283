import type { Summary } from '../results/summary-schema.ts'
import type { ReportDocument } from './document/document.ts'
import { runDocument } from './run/run-document.ts'
import { printTerminal, type TerminalSize } from './terminal/print-terminal.ts'
import type { TimelinePoint } from './timeline-point.ts'

/** The terminal, and what to show besides the summary. */
export type ResultOptions = TerminalSize & {
  reportPath: string | null
  /** The timeline, which shows what slowed down. @default [] */
  points?: readonly TimelinePoint[] | undefined
}

/**
 * Prints the result of a run for a terminal: the verdict, the thresholds, the findings, and the path of the report.
 *
 * @example renderResult(summary, { columns: 80, colors, reportPath: null, points: [] })
 */
export function renderResult(
  summary: Summary,
  { columns, colors, reportPath, points = [] }: ResultOptions,
): string {
  const timeline = { pointMs: 1000, points: [...points] }
  const document = runDocument({ summary, timeline, environment: null, config: [] })
  return `\n${printTerminal(withReportPath(document, reportPath), { columns, colors })}`
}

/** Adds the path of the report on this machine to a document; `null` adds nothing. */
export function withReportPath(document: ReportDocument, path: string | null): ReportDocument {
  if (path === null) return document
  return {
    ...document,
    nodes: [...document.nodes, { kind: 'pairs', title: 'Report', pairs: [['Report', path]] }],
  }
}
