import { formatClock } from '../../report/format-value.ts'
import { html, type SafeHtml } from '../../report/html/safe-html.ts'
import type { LiveState } from '../live-state.ts'

/** The messages so far, the oldest first. */
export function messages({ notes }: LiveState): SafeHtml {
  return html`${notes.map(({ atMs, text }) => html`<li><time>${formatClock(atMs)}</time><span>${text}</span></li>`)}`
}
