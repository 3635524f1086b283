import { baselineRow, baselineTitle, baselineVerdictWords, isHeld } from '../baseline-words.ts'
import { findingsOf } from '../findings.ts'
import {
  formatBytes,
  formatCount,
  formatMeasured,
  formatMs,
  formatRate,
  formatShare,
  formatVana,
} from '../format-value.ts'
import { endedWords } from '../outcome-words.ts'
import type { ReportData } from '../report-data.ts'
import { verdictOf } from '../verdict.ts'
import { figureRow, verdictHeader, whatToKnow } from './page.ts'
import { html, type SafeHtml } from './safe-html.ts'

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
${thresholdTable(data)}
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

/** All users in one bar, each outcome as wide as its share. */
function outcomeBar(users: ReportData['summary']['users']): SafeHtml {
  const present = endedWords.filter(({ key }) => users[key] > 0)
  if (present.length === 0) return html``
  return html`<section class="outcomes" aria-label="Outcomes">
<div class="bar" aria-hidden="true">${present.map(({ key, color }) => html`<i style="flex:${users[key]};background:var(--${color})"></i>`)}</div>
<ul class="legend">${present.map(({ key, name, color }) => html`<li><i class="stacked-bars" style="--c:var(--${color})"></i>${name} <b>${formatCount(users[key])}</b></li>`)}</ul>
</section>`
}

function thresholdTable({ summary }: ReportData): SafeHtml {
  if (summary.thresholds.length === 0) return html``
  const words = { pass: 'holds', fail: 'fails', 'no-data': 'no data' } as const
  return html`<section aria-labelledby="thresholds"><h2 id="thresholds">Thresholds</h2>
<div class="scroll"><table class="compact"><thead><tr><th scope="col">Condition</th><th scope="col" class="n">Measured</th><th scope="col">Verdict</th></tr></thead>
<tbody>${summary.thresholds.map(
    ({ expression, actual, unit, verdict }) =>
      html`<tr><th scope="row"><code>${expression}</code></th><td class="n">${formatMeasured(actual, unit)}</td><td><span class="badge ${verdict === 'pass' ? 'good' : 'bad'}">${words[verdict]}</span></td></tr>`,
  )}</tbody></table></div></section>`
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
