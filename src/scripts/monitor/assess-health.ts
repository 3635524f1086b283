import type { Finding } from '../../report/finding.ts'
import { findingsOf } from '../../report/findings.ts'
import { formatBytes, formatCount, formatCounted } from '../../report/format-value.ts'
import { verdictOf } from '../../report/verdict.ts'
import { showChange, showFigure } from './describe-trends.ts'
import { findTrends } from './find-trends.ts'
import type { History } from './read-history.ts'

/** A load generator that uses more memory than this has state that grows with its users. */
const mostMemoryBytes = 1_000_000_000

/**
 * Says how things stand after the last runs: the latest one, whether its numbers can be trusted, and whether it is
 * worse than those before it.
 */
export function assessHealth({ runs, finished, unreadable }: History): Finding[] {
  const findings: Finding[] = []
  const add = (tone: Finding['tone'], title: string, text: string, hint: string | null = null): void => {
    findings.push({ tone, title, text, hint })
  }
  const summaries = finished.map(({ summary }) => summary)
  const latest = summaries.at(-1)
  if (latest === undefined) {
    add('warn', 'The latest run', 'There is no run with a summary yet.', '`vana-load run` makes one.')
    return findings
  }
  const { tone, headline } = verdictOf(latest)
  add(tone, 'The latest run', `${latest.run.id}: ${headline}`)
  findings.push(
    ...findingsOf(latest, []).filter((finding) => finding.tone === 'bad' || finding.tone === 'warn'),
  )

  const series = findTrends(summaries).at(-1)
  for (const trend of series?.trends ?? []) {
    if (trend.verdict !== 'worse') continue
    const { figure, latest: value, medianBefore, values } = trend
    const text =
      `${figure} is ${showFigure(figure, value)}, ${showChange(trend)} against a median of ` +
      `${showFigure(figure, medianBefore)}, and worse than each of ${formatCounted(values.length - 1, 'run')} before.`
    add('warn', 'Worse than before', text, '`vana-load monitor --trends` shows the runs.')
  }
  const { rssPeakBytes } = latest.resources
  if (rssPeakBytes > mostMemoryBytes) {
    const text = `It took ${formatBytes(rssPeakBytes)} for ${formatCount(latest.users.planned)} users.`
    add('warn', "The generator's memory", text)
  }

  const failed = summaries.filter(({ exitCode }) => exitCode !== 0)
  const recent = formatCounted(summaries.length, 'run')
  if (failed.length === 0) add('good', 'Lately', `All of the last ${recent} held their thresholds.`)
  else
    add(
      'plain',
      'Lately',
      `${formatCount(failed.length)} of the last ${recent} did not end with exit code 0.`,
    )
  const open = runs.filter(({ summary }) => summary === null).map(({ id }) => id)
  if (open.length > 0) add('warn', 'Without a summary', `${open.join(', ')}: running, or killed.`)
  if (unreadable.length > 0)
    add('warn', 'Not readable', `${unreadable.join(', ')}: not written by this version.`)
  return findings
}
