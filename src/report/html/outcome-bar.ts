import type { Summary } from '../../results/summary-schema.ts'
import { formatCount } from '../format-value.ts'
import { endedWords } from '../outcome-words.ts'
import { html, type SafeHtml } from './safe-html.ts'

/**
 * All users in one bar, each outcome as wide as its share.
 *
 * @param open users who have not ended yet. @default none
 */
export function outcomeBar(users: Summary['users'], open = 0): SafeHtml {
  const present = endedWords.filter(({ key }) => users[key] > 0)
  if (present.length === 0 && open === 0) return html``
  return html`<section class="outcomes" aria-label="Outcomes">
<div class="bar" aria-hidden="true">${present.map(({ key, color }) => html`<i style="flex:${users[key]};background:var(--${color})"></i>`)}${open > 0 && html`<i style="flex:${open};background:var(--rule)"></i>`}</div>
<ul class="legend">${present.map(({ key, name, color }) => html`<li><i class="stacked-bars" style="--c:var(--${color})"></i>${name} <b>${formatCount(users[key])}</b></li>`)}${open > 0 && html`<li><i class="stacked-bars" style="--c:var(--rule)"></i>still to end <b>${formatCount(open)}</b></li>`}</ul>
</section>`
}
