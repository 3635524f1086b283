import type { Comparison } from '../results/compare/compare-runs.ts'
import { comparisonHead, comparisonRow, comparisonVerdict, isWorthShowing } from './comparison-words.ts'
import { formatShare } from './format-value.ts'
import { type Colors, printable, wrap } from './terminal-text.ts'
import { textTable } from './text-table.ts'

/**
 * Writes runs side by side for a terminal.
 *
 * @example renderComparison(comparison, { columns: 100, colors })
 */
export function renderComparison(
  comparison: Comparison,
  { columns, colors }: { columns: number; colors: Colors },
): string {
  const width = Math.max(60, Math.min(columns - 1, 100))
  const paint = { good: colors.green, bad: colors.red, warn: colors.yellow, plain: colors.cyan }
  const mark = { good: '✔', bad: '✖', warn: '!', plain: '·' }
  const { reference } = comparison
  const blocks = comparison.comparisons.map((compared) => {
    const { run, caveats, figures, errors } = compared
    const { tone, headline, lead } = comparisonVerdict(compared)
    const lines = [
      colors.dim(`${run.id}, held against ${reference.run.id}`),
      `${paint[tone](mark[tone])} ${colors.bold(wrap(headline, width - 2).join('\n  '))}`,
      ...wrap(lead, width - 2).map((line) => `  ${line}`),
      '',
    ]
    for (const { kind, message } of caveats) {
      const sign = kind === 'conditions' ? colors.dim('·') : colors.yellow('!')
      const words = kind === 'other-test' ? `NOT THE SAME TEST: ${message}` : message
      lines.push(`${sign} ${wrap(printable(words), width - 2).join('\n  ')}`)
    }
    if (caveats.length > 0) lines.push('')
    const rows = figures.filter(isWorthShowing).map(comparisonRow)
    const table = textTable(comparisonHead('before', 'after'), rows, 1).split('\n')
    lines.push(
      ...table.map((line) =>
        line.endsWith(' worse') ? colors.red(line) : line.endsWith(' better') ? colors.green(line) : line,
      ),
    )
    if (errors.length > 0) {
      const errorRows = errors.map(({ code, step, reference, other }) => [
        code,
        step ?? '',
        String(reference),
        String(other),
      ])
      lines.push('', textTable(['error', 'step', 'before', 'after'], errorRows, 2))
    }
    return lines.join('\n')
  })
  const note =
    `Intervals hold with ${formatShare(comparison.confidence)} confidence each, from the flows within the runs; from one run to the next there may be more. ` +
    `Changes under ${formatShare(comparison.smallestChange)} do not count.`
  return `${blocks.join('\n\n\n')}\n\n${wrap(note, width).map(colors.dim).join('\n')}`
}
