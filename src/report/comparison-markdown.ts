import type { Comparison } from '../results/compare/compare-runs.ts'
import { comparisonHead, comparisonRow, comparisonVerdict, isWorthShowing } from './comparison-words.ts'
import { formatShare } from './format-value.ts'
import { code, plain, table } from './markdown-text.ts'

/** Renders runs side by side as Markdown, for a comment on a change. */
export function renderComparisonMarkdown({
  reference,
  comparisons,
  confidence,
  smallestChange,
}: Comparison): string {
  const marks = { good: '✅', bad: '❌', warn: '⚠️', plain: 'ℹ️' }
  const blocks = comparisons.map((compared) => {
    const { run, caveats, figures, errors } = compared
    const { tone, headline, lead } = comparisonVerdict(compared)
    const rows = figures.filter(isWorthShowing).map(comparisonRow)
    return [
      `# ${marks[tone]} ${plain(headline)}`,
      plain(lead),
      `Run ${code(run.id)}, held against ${code(reference.run.id)}.`,
      caveats.length > 0 &&
        caveats
          .map(({ kind, message }) => `- ${kind === 'conditions' ? '' : '⚠️ '}${plain(message)}`)
          .join('\n'),
      table(comparisonHead('before', 'after'), rows),
      errors.length > 0 &&
        table(
          ['error', 'step', 'before', 'after'],
          errors.map((error) => [
            code(error.code),
            error.step ?? '',
            String(error.reference),
            String(error.other),
          ]),
        ),
    ]
      .filter((section) => section !== false)
      .join('\n\n')
  })
  const note = `Intervals hold with ${formatShare(confidence)} confidence each; changes under ${formatShare(smallestChange)} do not count.`
  return `${[...blocks, note].join('\n\n')}\n`
}
