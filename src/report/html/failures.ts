import type { NotableFlow } from '../../results/measurements-schema.ts'
import { sumOutcomes } from '../../results/outcome-counts.ts'
import type { Summary } from '../../results/summary-schema.ts'
import { formatClock, formatCount, formatMs, formatShare, nothing } from '../format-value.ts'
import { html, type SafeHtml } from './safe-html.ts'

/** What failed: every class of error with an example and what to do, and flows worth looking at. */
export function failures(summary: Summary): SafeHtml {
  return html`${errorTable(summary)}${droppedList(summary)}${notableFlows(summary)}`
}

/** Every class of error with an example and what to do. */
export function errorTable({ errors, users }: Pick<Summary, 'errors' | 'users'>): SafeHtml {
  if (errors.length === 0) return html``
  const ended = Math.max(1, sumOutcomes(users))
  return html`<section aria-labelledby="errors-title"><h2 id="errors-title">Errors</h2>
<div class="scroll"><table class="errors"><thead><tr><th scope="col">Code</th><th scope="col">Step</th><th scope="col" class="n">Flows</th><th scope="col" class="n">Share</th><th scope="col" class="n">First</th><th scope="col" class="n">Last</th><th scope="col">Example, and what to do</th></tr></thead>
<tbody>${errors.map(
    (error) =>
      html`<tr><th scope="row"><code>${error.code}</code>${error.retriable && html`<br><small>a retry may help</small>`}</th><td>${error.step ?? nothing}</td><td class="n">${formatCount(error.count)}</td><td class="n">${formatShare(error.count / ended)}</td><td class="n" data-label="first">${formatClock(error.firstMs)}</td><td class="n" data-label="last">${formatClock(error.lastMs)}</td><td class="text"><q>${error.example}</q> <small>flow ${error.exampleFlow}</small><br><span class="hint">${error.hint}</span></td></tr>`,
  )}</tbody></table></div></section>`
}

function droppedList({ outcomeReasons }: Summary): SafeHtml {
  const reasons = Object.entries(outcomeReasons.dropped ?? {})
  if (reasons.length === 0) return html``
  return html`<section aria-labelledby="dropped-title"><h2 id="dropped-title">Users that never started</h2>
<ul>${reasons.map(([reason, count]) => html`<li>${formatCount(count)}: ${reason}</li>`)}</ul></section>`
}

function notableFlows({ notableFlows: { slowest, unsuccessful } }: Summary): SafeHtml {
  const table = (
    title: string,
    id: string,
    flows: readonly NotableFlow[],
    stepTitle: string,
    hasReason: boolean,
  ) =>
    flows.length > 0 &&
    html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>
<div class="scroll"><table class="flows"><thead><tr><th scope="col" class="n">Flow</th>${hasReason && html`<th scope="col">Why</th>`}<th scope="col" class="n">Due at</th><th scope="col" class="n">Took</th><th scope="col">${stepTitle}</th><th scope="col">Wallet</th><th scope="col">Transaction</th></tr></thead>
<tbody>${flows.map(
      (flow) =>
        html`<tr><th scope="row" class="n">${flow.index}</th>${hasReason && html`<td>${flow.code ?? flow.message ?? flow.outcome}</td>`}<td class="n">${formatClock(flow.dueMs)}</td><td class="n">${formatMs(flow.durationMs)}</td><td>${flow.step === null ? nothing : html`${flow.step} <small>${formatMs(flow.stepMs)}</small>`}</td><td>${short(flow.wallet)}</td><td>${short(flow.txHash)}</td></tr>`,
    )}</tbody></table></div></section>`
  return html`${table('The slowest that succeeded', 'slowest', slowest, 'Longest step', false)}
${table('Some that did not succeed', 'unsuccessful', unsuccessful, 'Step', true)}`
}

/** A hash or an address with its middle left out; the whole of it shows on hovering and is what a search finds. */
function short(hex: string | null): SafeHtml {
  if (hex === null) return html`${nothing}`
  return html`<code class="hex" title="${hex}">${hex}</code>`
}
