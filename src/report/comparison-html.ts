import type { Comparison } from '../results/compare/compare-runs.ts'
import {
  comparisonRow,
  comparisonVerdict,
  isWorthShowing,
  verdictTones,
  verdictWords,
} from './comparison-words.ts'
import { formatCount, formatShare } from './format-value.ts'
import { verdictHeader, whatToKnow } from './html/blocks.ts'
import { renderPage } from './html/page.ts'
import { html, type SafeHtml } from './html/safe-html.ts'

type Compared = Comparison['comparisons'][number]

/** Renders runs side by side as one HTML page that needs nothing else. */
export function renderComparisonHtml(comparison: Comparison): string {
  const { reference, comparisons } = comparison
  const others = comparisons.map(({ run }) => run.id).join(', ')
  return renderPage({
    title: `${others} held against ${reference.run.id}`,
    main: html`${comparisons.map((compared) => block(comparison, compared))}`,
    footer: html`Intervals hold with ${formatShare(comparison.confidence)} confidence, each for itself. They come from the single flows in <code>flows.ndjson</code>: percentiles by the ranks around them, shares after Wilson, flows that resemble their neighbours counted for less. What changes from one run to the next besides is not in them. Changes under ${formatShare(comparison.smallestChange)} do not count; figures without an interval are one number a run.`,
  })
}

function block({ tool, reference }: Comparison, compared: Compared): SafeHtml {
  const { run, users, caveats, figures, errors } = compared
  const facts = [
    ['before', `${reference.run.id}, ${formatCount(reference.users.planned)} users`],
    ['after', `${run.id}, ${formatCount(users.planned)} users`],
    ['target', run.target],
    ['preset', run.preset ?? 'none'],
  ] as const
  const titles = { 'other-test': 'Not the same test', unreliable: 'Not reliable', conditions: 'Different' }
  const tones = { 'other-test': 'bad', unreliable: 'warn', conditions: 'plain' } as const
  const findings = caveats.map(({ kind, message }) => ({
    title: titles[kind],
    tone: tones[kind],
    text: message,
    hint: null,
  }))
  return html`${verdictHeader({ ...comparisonVerdict(compared), tool, id: `${run.id} held against ${reference.run.id}`, facts })}
${findings.length > 0 && whatToKnow(findings)}
${figureTable(figures)}
${errors.length > 0 && errorTable(errors)}`
}

function figureTable(figures: Compared['figures']): SafeHtml {
  return html`<section><h2>Figures</h2>
<div class="scroll"><table><thead><tr><th scope="col">Figure</th><th scope="col" class="n">Before</th><th scope="col" class="n">After</th><th scope="col" class="n">Change</th><th scope="col" class="n">Between</th><th scope="col">Beyond noise</th></tr></thead>
<tbody>${figures.filter(isWorthShowing).map((figure) => {
    const [name = '', before = '', after = '', change = '', between = ''] = comparisonRow(figure)
    const words = verdictWords[figure.verdict]
    return html`<tr><th scope="row"><code>${name}</code></th><td class="n">${before}</td><td class="n">${after}</td><td class="n">${change}</td><td class="n">${between}</td><td>${words !== '' && html`<span class="badge ${verdictTones[figure.verdict]}">${words}</span>`}</td></tr>`
  })}</tbody></table></div></section>`
}

function errorTable(errors: Compared['errors']): SafeHtml {
  return html`<section><h2>Errors</h2>
<div class="scroll"><table class="compact"><thead><tr><th scope="col">Code</th><th scope="col">Step</th><th scope="col" class="n">Before</th><th scope="col" class="n">After</th></tr></thead>
<tbody>${errors.map(({ code, step, reference, other }) => html`<tr><th scope="row"><code>${code}</code></th><td>${step ?? ''}</td><td class="n">${formatCount(reference)}</td><td class="n">${formatCount(other)}</td></tr>`)}</tbody></table></div></section>`
}
