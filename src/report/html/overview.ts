import { baselineRow, baselineTitle, baselineVerdictWords, isHeld } from '../baseline-words.ts'
import { findingsOf } from '../findings.ts'
import { formatBytes, formatCount, formatMs, formatRate, formatShare, formatVana } from '../format-value.ts'
import type { ReportData } from '../report-data.ts'
import { verdictOf } from '../verdict.ts'
import { figureRow, verdictHeader, whatToKnow } from './blocks.ts'
import { outcomeBar } from './outcome-bar.ts'
import { html, type SafeHtml } from './safe-html.ts'
import { thresholdTable } from './threshold-table.ts'

/** The top of the page: which run, the verdict in a sentence, and what a reader should know. */
export function overview(data: ReportData): SafeHtml {
  const { summary, timeline } = data
  const { run, tool } = summary
  const verdict = verdictOf(summary)
  const findings = findingsOf(summary, timeline.points)
  const facts: [string, string][] = [
    ['preset', run.preset ?? 'none'],
    ['target', run.target],
    ['seed', String(run.seed)],
    ...(run.part === null
      ? []
      : [['part', `${run.part.index + 1} of ${run.part.count}`] satisfies [string, string]]),
    ['started', `${run.startedAt.slice(0, 19).replace('T', ' ')} UTC`],
    ['ran', formatMs(run.durationMs)],
    ['exit code', String(summary.exitCode)],
  ]
  return html`${verdictHeader({ ...verdict, tool, id: run.id, facts })}
${keyFigures(data)}
${whatToKnow(findings)}
${thresholdTable(summary.thresholds)}
${baselineTable(data)}`
}

function keyFigures({ summary }: ReportData): SafeHtml {
  const { users, throughput, latencyMs, arrivals, gas, resources } = summary
  const share = users.planned === 0 ? null : users.succeeded / users.planned
  const each = gas.transactions === 0 ? null : (BigInt(gas.costWei) / BigInt(gas.transactions)).toString()
  const figures = [
    [
      'Succeeded',
      formatShare(share),
      `${formatCount(users.succeeded)} of ${formatCount(users.planned)} users`,
    ],
    [
      'Throughput',
      `${formatRate(throughput.flowsPerSecond)}/s`,
      `at best ${formatRate(throughput.peakFlowsPerSecond)}/s`,
    ],
    ['Flow, p95', formatMs(latencyMs.flow.p95), `p50 ${formatMs(latencyMs.flow.p50)}`],
    ['Cost a user', formatVana(each), `${formatCount(gas.perFlow)} gas`],
    ['Late starts, p99', formatMs(arrivals.lagMs.p99), `at worst ${formatMs(arrivals.lagMs.max)}`],
    ['Memory', formatBytes(resources.rssPeakBytes), `CPU ${formatMs(resources.cpuMsPerFlow)} a flow`],
  ] as const
  return html`${figureRow(figures)}
${outcomeBar(summary.users)}`
}

function baselineTable({ summary: { baseline } }: ReportData): SafeHtml {
  if (baseline === null) return html``
  return html`<section aria-labelledby="baseline"><h2 id="baseline">Against the baseline</h2>
<p>The baseline is ${baselineTitle(baseline)}. A figure fails when it is worse by more than is allowed, and by more than noise.</p>
<div class="scroll"><table><thead><tr><th scope="col">Figure</th><th scope="col" class="n">Baseline</th><th scope="col" class="n">This run</th><th scope="col" class="n">Change</th><th scope="col" class="n">Between</th><th scope="col" class="n">Allowed</th><th scope="col">Verdict</th></tr></thead>
<tbody>${baseline.figures.map((figure) => {
    const [metric = '', ...cells] = baselineRow(figure).slice(0, -1)
    const tone = isHeld(figure) ? (figure.verdict === 'holds' ? 'good' : 'plain') : 'bad'
    return html`<tr><th scope="row"><code>${metric}</code></th>${cells.map((cell) => html`<td class="n">${cell}</td>`)}<td><span class="badge ${tone}">${baselineVerdictWords[figure.verdict]}</span></td></tr>`
  })}</tbody></table></div></section>`
}
