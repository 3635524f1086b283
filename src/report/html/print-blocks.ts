import type {
  FiguresNode,
  FindingsNode,
  ListNode,
  PairsNode,
  SharesNode,
  VerdictNode,
} from '../document/document.ts'
import { formatCount } from '../format-value.ts'
import { printInline } from './print-inline.ts'
import { html, type SafeHtml } from './safe-html.ts'

/** The top of a page: tool and id, the verdict in a sentence, and the facts. */
export function verdict({ tone, tool, id, headline, lead, facts }: VerdictNode): SafeHtml {
  return html`<header class="verdict ${tone}">
<p class="run"><b>${tool.name} ${tool.version}</b> <span class="id">${id}</span></p>
<h1>${headline}</h1>
<p class="lead">${lead}</p>
<ul class="facts">${facts.map(([name, value]) => html`<li><span>${name}</span> ${value}</li>`)}</ul>
</header>`
}

/** A row of figures, each with a note. */
export function figures({ figures }: FiguresNode): SafeHtml {
  return html`<section class="figures" aria-label="Key figures">${figures.map(
    ({ name, value, note }) =>
      html`<div><h2>${name}</h2><p class="value">${value}</p><p class="note">${note}</p></div>`,
  )}</section>`
}

/** One bar with a part for each share, as wide as its count, and the legend. */
export function shares({ label, shares }: SharesNode): SafeHtml {
  return html`<section class="outcomes" aria-label="${label}">
<div class="bar" aria-hidden="true">${shares.map(({ count, color }) => html`<i style="flex:${count};background:var(--${color})"></i>`)}</div>
<ul class="legend">${shares.map(({ name, count, color }) => html`<li><i class="stacked-bars" style="--c:var(--${color})"></i>${name} <b>${formatCount(count)}</b></li>`)}</ul>
</section>`
}

/** What a reader should know, with a dot in the color of its tone. */
export function findings({ findings }: FindingsNode): SafeHtml {
  return html`<dl class="findings">${findings.map(
    ({ title, tone, text, hint }) =>
      html`<div class="${tone}"><dt>${title}</dt><dd>${text}${hint !== null && html` <span class="hint">${hint}</span>`}</dd></div>`,
  )}</dl>`
}

/** Names with their values, one below the other. */
export function pairs({ title, pairs }: PairsNode): SafeHtml {
  const rows = pairs.map(
    ([name, value]) => html`<div><dt>${printInline(name)}</dt><dd>${printInline(value)}</dd></div>`,
  )
  return html`<div><h3>${title}</h3><dl class="pairs">${rows}</dl></div>`
}

export function list({ items }: ListNode): SafeHtml {
  return html`<ul>${items.map((item) => html`<li>${printInline(item)}</li>`)}</ul>`
}
