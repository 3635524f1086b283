import type { Summary } from '../results/summary-schema.ts'
import { allowedWords, baselineRow, isHeld } from './baseline-words.ts'
import { findingsOf } from './findings.ts'
import { formatMeasured } from './format-value.ts'
import { type Colors, padEnd, printable, visibleLength, wrap } from './terminal-text.ts'
import type { TimelinePoint } from './timeline-points.ts'
import { verdictOf } from './verdict.ts'

/** Wider than this, prose is hard to read. */
const mostColumns = 84

/** Where the text of a finding begins. */
const indent = 24

/** What the last block has to fit into, and what it tells besides the summary. */
export type ResultOptions = {
  columns: number
  colors: Colors
  reportPath: string | null
  /** The timeline, to see what slowed down. @default none */
  points?: readonly TimelinePoint[]
}

/**
 * Says how a run came out: the verdict, the thresholds, what to know, and where the report is.
 *
 * @example renderResult(summary, { columns: 80, colors, reportPath: null, points: [] })
 */
export function renderResult(
  summary: Summary,
  { columns, colors, reportPath, points = [] }: ResultOptions,
): string {
  const width = Math.max(40, Math.min(columns - 1, mostColumns))
  const { tone, headline, lead } = verdictOf(summary)
  const paint = { good: colors.green, bad: colors.red, warn: colors.yellow, plain: colors.cyan }
  const mark = { good: '✔', bad: '✖', warn: '!', plain: '·' }
  const lines = ['']
  for (const [index, line] of wrap(printable(headline), width - 2).entries()) {
    lines.push(`${index === 0 ? paint[tone](mark[tone]) : ' '} ${colors.bold(line)}`)
  }
  lines.push(...wrap(printable(lead), width - 2).map((line) => `  ${line}`), '')

  const widest = Math.max(
    0,
    ...summary.thresholds.map(({ expression }) => visibleLength(printable(expression))),
  )
  for (const { expression, actual, unit, passed } of summary.thresholds) {
    const mark = passed ? colors.green('✔') : colors.red('✖')
    lines.push(`  ${mark} ${padEnd(printable(expression), widest)}   ${formatMeasured(actual, unit)}`)
  }
  if (summary.thresholds.length > 0) lines.push('')

  for (const figure of summary.baseline?.figures ?? []) {
    const [metric = '', before = '', actual = '', change = ''] = baselineRow(figure)
    const mark = isHeld(figure) ? colors.green('✔') : colors.red('✖')
    const words = figure.verdict === 'unclear' ? '; may be chance' : ''
    lines.push(
      `  ${mark} ${metric}: ${actual}, baseline ${before} (${change}, allowed ${allowedWords(figure)}${words})`,
    )
  }
  if (summary.baseline !== null) lines.push('')

  for (const finding of findingsOf(summary, points)) {
    const text = wrap(printable(finding.text), width - indent)
    const hint = finding.hint === null ? [] : wrap(`→ ${printable(finding.hint)}`, width - indent)
    for (const [index, line] of text.entries()) {
      const label = index === 0 ? paint[finding.tone](printable(finding.title)) : ''
      lines.push(`  ${padEnd(label, indent - 2)}${line}`)
    }
    lines.push(...hint.map((line) => ' '.repeat(indent) + colors.dim(line)))
  }
  if (reportPath !== null)
    lines.push('', `  ${padEnd(colors.bold('Report'), indent - 2)}${printable(reportPath)}`)
  return `${lines.join('\n')}\n`
}
