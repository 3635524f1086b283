import type { ThresholdResult } from '../../results/summary-schema.ts'
import { formatMeasured } from '../format-value.ts'
import { html, type SafeHtml } from './safe-html.ts'

const verdictWords = { pass: 'holds', fail: 'fails', 'no-data': 'no data' } as const

/** Every threshold with what was measured. @param words of the verdicts. @default those of a run that has ended */
export function thresholdTable(
  thresholds: readonly ThresholdResult[],
  words: Record<ThresholdResult['verdict'], string> = verdictWords,
): SafeHtml {
  if (thresholds.length === 0) return html``
  return html`<section aria-labelledby="thresholds"><h2 id="thresholds">Thresholds</h2>
<div class="scroll"><table class="compact"><thead><tr><th scope="col">Condition</th><th scope="col" class="n">Measured</th><th scope="col">Verdict</th></tr></thead>
<tbody>${thresholds.map(
    ({ expression, actual, unit, verdict }) =>
      html`<tr><th scope="row"><code>${expression}</code></th><td class="n">${formatMeasured(actual, unit)}</td><td><span class="badge ${verdict === 'pass' ? 'good' : 'bad'}">${words[verdict]}</span></td></tr>`,
  )}</tbody></table></div></section>`
}
