import { type StepGroup, type StepName, stepGroups, stepNames } from '../../flow/steps.ts'
import type { Summary } from '../../results/summary-schema.ts'
import { formatCount, formatMs, formatShare } from '../format-value.ts'
import { stepColors } from './charts.ts'
import { html, type SafeHtml } from './safe-html.ts'

/** Every step with its percentiles and its place in a typical flow: a waterfall of medians, each with a whisker to p95. */
export function stepsTable({ latencyMs }: Pick<Summary, 'latencyMs'>): SafeHtml {
  const meanTotal = stepNames.reduce((sum, step) => sum + (latencyMs.steps[step].mean ?? 0), 0)
  let startMs = 0
  const rows = stepNames.map((step) => {
    const digest = latencyMs.steps[step]
    const row = { step, digest, startMs }
    startMs += digest.p50 ?? 0
    return row
  })
  const endMs = Math.max(1, ...rows.map((row) => row.startMs + (row.digest.p95 ?? 0)))
  const percent = (ms: number) => `${Math.round((ms / endMs) * 10_000) / 100}%`
  const bar = ({ step, digest, startMs }: (typeof rows)[number]) => {
    if (digest.p50 === null || digest.p95 === null) return html``
    return html`<div class="fall" aria-hidden="true"><i class="whisker" style="left:${percent(startMs)};width:${percent(digest.p95)}"></i><i class="median" style="left:${percent(startMs)};width:${percent(digest.p50)};background:var(--${stepColors[step]})"></i></div>`
  }
  return html`<section aria-labelledby="steps-title"><h2 id="steps-title">Steps</h2>
<p>Each bar is the median of a step, placed after those before it; the thin line reaches to its p95. Every time a step completed counts, whatever became of its flow.</p>
<div class="scroll"><table class="steps"><thead><tr><th scope="col">Step</th><th scope="col" class="wide">A typical flow</th><th scope="col" class="n">Share</th><th scope="col" class="n">p50</th><th scope="col" class="n">p90</th><th scope="col" class="n">p95</th><th scope="col" class="n">p99</th><th scope="col" class="n">max</th><th scope="col" class="n">Count</th></tr></thead>
<tbody>${rows.map(
    (row) =>
      html`<tr><th scope="row">${row.step} <small>${groupOf(row.step)}</small></th><td class="wide">${bar(row)}</td><td class="n">${meanTotal === 0 ? '' : formatShare((row.digest.mean ?? 0) / meanTotal)}</td>${cells(row.digest)}</tr>`,
  )}</tbody>
<tbody class="sums">${(Object.keys(stepGroups) as StepGroup[]).map(
    (group) =>
      html`<tr><th scope="row">${group}</th><td class="wide"><small>${stepGroups[group].join(' + ')}</small></td><td></td>${cells(latencyMs.groups[group])}</tr>`,
  )}
<tr><th scope="row">whole flow</th><td class="wide"><small>succeeded, from the actual start</small></td><td></td>${cells(latencyMs.flow)}</tr>
<tr><th scope="row">from due</th><td class="wide"><small>succeeded, from when the user was due</small></td><td></td>${cells(latencyMs.flowFromDue)}</tr>
</tbody></table></div></section>`
}

function cells(digest: Summary['latencyMs']['flow']): SafeHtml {
  const values = [digest.p50, digest.p90, digest.p95, digest.p99, digest.max]
  return html`${values.map((ms) => html`<td class="n">${formatMs(ms)}</td>`)}<td class="n">${formatCount(digest.count)}</td>`
}

function groupOf(step: StepName): string {
  const groups = Object.entries(stepGroups) as [StepGroup, readonly StepName[]][]
  return groups.find(([, steps]) => steps.includes(step))?.[0] ?? ''
}
