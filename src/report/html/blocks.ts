import type { Finding } from '../findings.ts'
import type { Tone } from '../verdict.ts'
import { html, type Insertable, type SafeHtml } from './safe-html.ts'

/** The top of a page: whose it is, the verdict in a sentence, and the facts of it. */
export function verdictHeader(top: {
  tone: Tone
  tool: { name: string; version: string }
  id: string
  headline: string
  lead: string
  facts: readonly (readonly [name: string, value: string])[]
}): SafeHtml {
  const { tone, tool, id, headline, lead, facts } = top
  return html`<header class="verdict ${tone}">
<p class="run"><b>${tool.name} ${tool.version}</b> <span class="id">${id}</span></p>
<h1>${headline}</h1>
<p class="lead">${lead}</p>
<ul class="facts">${facts.map(([name, value]) => html`<li><span>${name}</span> ${value}</li>`)}</ul>
</header>`
}

/** A row of figures, each with a note. */
export function figureRow(
  figures: readonly (readonly [name: string, value: string, note: string])[],
): SafeHtml {
  return html`<section class="figures" aria-label="Key figures">${figures.map(
    ([name, value, note]) =>
      html`<div><h2>${name}</h2><p class="value">${value}</p><p class="note">${note}</p></div>`,
  )}</section>`
}

/** What a reader should know. */
export function whatToKnow(findings: readonly Finding[]): SafeHtml {
  return html`<section aria-labelledby="findings"><h2 id="findings">What to know</h2>
<dl class="findings">${findings.map(
    ({ title, tone, text, hint }) =>
      html`<div class="${tone}"><dt>${title}</dt><dd>${text}${hint !== null && html` <span class="hint">${hint}</span>`}</dd></div>`,
  )}</dl></section>`
}

/** Names with their values, one below the other. */
export function pairs(list: readonly (readonly [Insertable, Insertable])[]): SafeHtml {
  return html`<dl class="pairs">${list.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`
}
