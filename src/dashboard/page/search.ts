import { html, type SafeHtml } from '../../report/html/safe-html.ts'
import type { LiveState } from '../live-state.ts'

/** The rates that a search for the capacity has measured, and the one that it measures; nothing for a single run. */
export function search({ search }: LiveState): SafeHtml {
  if (search === null) return html``
  const { steps, now } = search
  const badge = (held: boolean) =>
    html`<span class="badge ${held ? 'good' : 'bad'}">${held ? 'holds' : 'breaks'}</span>`
  return html`<section aria-labelledby="search-title"><h2 id="search-title">Rates so far</h2>
<div class="scroll"><table><thead><tr><th scope="col" class="n">Step</th><th scope="col">Verdict</th><th scope="col">What was measured</th></tr></thead>
<tbody>${steps.map(({ held, text }, index) => html`<tr><th scope="row" class="n">${index + 1}</th><td>${badge(held)}</td><td class="text">${text}</td></tr>`)}
${now !== null && html`<tr><th scope="row" class="n">${steps.length + 1}</th><td><span class="badge">under way</span></td><td class="text">${now}</td></tr>`}</tbody></table></div></section>`
}
