import type { Inline, MarkedText } from '../document/inline.ts'
import { html, type SafeHtml } from './safe-html.ts'

/** A share at which a meter stands out. */
const highShare = 0.85

/** Prints text as HTML; every string is escaped. */
export function printInline(text: Inline): SafeHtml {
  if (typeof text === 'string') return html`${text}`
  if ('mark' in text) return printMarked(text)
  return html`${text.map(printInline)}`
}

function printMarked(marked: MarkedText): SafeHtml {
  switch (marked.mark) {
    case 'code':
      return html`<code>${marked.text}</code>`
    case 'badge':
      return html`<span class="badge ${marked.tone}">${marked.text}</span>`
    case 'small':
      return html`<small>${marked.text}</small>`
    case 'hint':
      return html`<span class="hint">${marked.text}</span>`
    case 'link':
      return html`<a href="${marked.href}">${marked.text}</a>`
    case 'rounded':
      return html`<span title="${marked.exact}">${marked.text}</span>`
    case 'hex':
      return html`<code class="hex" title="${marked.text}">${marked.text}</code>`
    case 'meter':
      return meter(marked.share)
    case 'bar':
      return bar(marked)
    case 'break':
      return html`<br>`
  }
}

function meter(share: number | null): SafeHtml {
  const value = Math.min(1, Math.max(0, share ?? 0))
  return html`<span class="meter${value >= highShare && ' high'}" aria-hidden="true"><i style="width:${percent(value)}"></i></span>`
}

function bar({ from, length, whisker, color }: Extract<MarkedText, { mark: 'bar' }>): SafeHtml {
  return html`<div class="fall" aria-hidden="true"><i class="whisker" style="left:${percent(from)};width:${percent(whisker)}"></i><i class="median" style="left:${percent(from)};width:${percent(length)};background:var(--${color})"></i></div>`
}

/** A share as a CSS length. */
export const percent = (share: number): string => `${Math.round(share * 10_000) / 100}%`
