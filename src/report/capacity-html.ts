import type { Capacity, CapacityStep } from '../results/capacity-schema.ts'
import {
  brokeFirstWords,
  capacityHeadline,
  capacityLead,
  overloadedWords,
  purposeWords,
} from './capacity-words.ts'
import { dependencyWords } from './dependency-words.ts'
import type { Finding } from './findings.ts'
import { formatCount, formatMeasured, formatMs, formatRate, formatShare, nothing } from './format-value.ts'
import { figureRow, pairs, verdictHeader, whatToKnow } from './html/blocks.ts'
import { moneyPairs, whatWasThere } from './html/cost-and-origin.ts'
import { renderPage } from './html/page.ts'
import { html, type SafeHtml } from './html/safe-html.ts'

/**
 * Renders a search for the capacity as one HTML page that needs nothing else; it links to the reports of its steps, which
 * are in the folders beside it.
 *
 * @example await writeFile('capacity.html', renderCapacityHtml(capacity))
 */
export function renderCapacityHtml(capacity: Capacity): string {
  const { search, tool, dependencies, money } = capacity
  const { tone, headline } = capacityHeadline(capacity)
  const facts = [
    ['preset', search.preset ?? 'none'],
    ['target', search.target],
    ['seed', search.seed],
    ['started', `${search.startedAt.slice(0, 19).replace('T', ' ')} UTC`],
    ['ran', formatMs(search.durationMs)],
    ['exit code', String(capacity.exitCode)],
  ] as const
  return renderPage({
    title: `${headline} ${search.id}`,
    main: html`${verdictHeader({ tone, tool, id: search.id, headline, lead: capacityLead(capacity), facts })}
${figures(capacity)}
${whatToKnow(findings(capacity))}
${rateTable(capacity)}
${stepTable(capacity)}
<section aria-labelledby="origin-title"><h2 id="origin-title">What was tested, at what cost</h2>
<div class="columns">${whatWasThere(dependencies)}
<div><h3>Money of all steps</h3>${pairs(moneyPairs(money))}</div></div></section>`,
    footer: html`A rate counts by the majority of its runs; confidence is Laplace's rule of succession, (held + 1) / (runs + 2). The numbers behind this page are in <code>capacity.json</code> beside it, those of each run in its folder.`,
  })
}

function figures({ capacity, brokeFirst, steps }: Capacity): SafeHtml {
  const { ratePerSecond, brokeAtPerSecond, runs, held, confidence } = capacity
  const rate = (value: number | null) => (value === null ? nothing : `${formatRate(value)}/s`)
  const holding = steps.filter((step) => step.ratePerSecond === ratePerSecond && step.held)
  const p95 = holding.map(({ flowMs }) => flowMs.p95 ?? 0)
  const component = brokeFirst?.component ?? null
  return figureRow([
    ['Holds', rate(ratePerSecond), ratePerSecond === null ? 'no rate did' : `in ${held} of ${runs} runs`],
    ['Confidence', formatShare(confidence), 'that it holds once more'],
    ['Breaks', rate(brokeAtPerSecond), brokeAtPerSecond === null ? 'no rate did' : 'the lowest that did'],
    [
      'Breaks first',
      component === null ? nothing : (dependencyWords[component] ?? component),
      brokeFirst?.certainty ?? 'nothing broke',
    ],
    ['Flow, p95', p95.length === 0 ? nothing : formatMs(Math.max(...p95)), 'at the rate that holds'],
    ['Runs', formatCount(steps.length), 'one a step'],
  ])
}

function findings(capacity: Capacity): Finding[] {
  const { search, problems } = capacity
  const brokeFirst = brokeFirstWords(capacity)
  const overloaded = overloadedWords(capacity)
  return [
    ...problems.map(
      ({ code, message }): Finding => ({ title: code, tone: 'bad', text: message, hint: null }),
    ),
    ...(search.stopped === null
      ? []
      : [
          {
            title: 'Ended early',
            tone: 'warn',
            text: `${search.stopped.message}.`,
            hint: null,
          } satisfies Finding,
        ]),
    brokeFirst === null
      ? {
          title: 'What broke first',
          tone: 'plain',
          text: 'Nothing broke.',
          hint: 'Raise --capacity-max to find what does.',
        }
      : { title: 'What broke first', tone: 'bad', text: brokeFirst, hint: null },
    ...(overloaded === null
      ? []
      : [{ title: 'Generator', tone: 'warn', text: overloaded, hint: null } satisfies Finding]),
  ]
}

/** Every rate once, the lowest first, with all that was measured at it. */
function rateTable({ steps }: Capacity): SafeHtml {
  if (steps.length === 0) return html``
  const rates = [...new Set(steps.map(({ ratePerSecond }) => ratePerSecond))].sort((a, b) => a - b)
  const highest = Math.max(...rates)
  const row = (ratePerSecond: number): SafeHtml => {
    const runs = steps.filter((step) => step.ratePerSecond === ratePerSecond)
    const held = runs.filter((step) => step.held).length
    const carried = runs.reduce((sum, { flowsPerSecond }) => sum + flowsPerSecond, 0) / runs.length
    const isHeld = held * 2 > runs.length
    return html`<tr><th scope="row" class="n">${formatRate(ratePerSecond)}/s</th><td class="wide"><div class="fall" aria-hidden="true"><i class="median" style="left:0;width:${percent(carried / highest)};background:var(--${isHeld ? 'succeeded' : 'failed'})"></i><i class="whisker" style="left:0;width:${percent(ratePerSecond / highest)}"></i></div></td><td class="n">${formatRate(carried)}/s</td><td class="n">${held} of ${runs.length}</td><td>${verdict(isHeld)}</td><td class="text">${[...new Set(runs.flatMap(brokenThresholds))].join('; ')}</td></tr>`
  }
  return html`<section aria-labelledby="rates-title"><h2 id="rates-title">Rates</h2>
<p>The thin line is the rate that was asked for, the bar what got through.</p>
<div class="scroll"><table><thead><tr><th scope="col" class="n">Rate</th><th scope="col" class="wide">Asked for, and carried</th><th scope="col" class="n">Carried</th><th scope="col" class="n">Held</th><th scope="col">Verdict</th><th scope="col">What did not hold</th></tr></thead>
<tbody>${rates.map(row)}</tbody></table></div></section>`
}

/** Every run of the search, in the order in which they were made. */
function stepTable({ steps }: Capacity): SafeHtml {
  if (steps.length === 0) return html``
  const row = (step: CapacityStep, index: number): SafeHtml => {
    const [load] = step.loads
    const nearest =
      load === undefined
        ? nothing
        : `${dependencyWords[load.name] ?? load.name}, ${load.of === 'cpu' ? 'CPU' : 'busy'} ${formatShare(load.share)}`
    return html`<tr><th scope="row" class="n">${index + 1}</th><td>${purposeWords[step.purpose]}</td><td class="n">${formatRate(step.ratePerSecond)}/s</td><td>${verdict(step.held)}</td><td class="n">${formatCount(step.users.succeeded)} of ${formatCount(step.users.planned)}</td><td class="n">${formatMs(step.flowMs.p50)}</td><td class="n">${formatMs(step.flowMs.p95)}</td><td>${nearest}</td><td class="n">${formatShare(step.machineShare)}</td><td><a href="${step.runId}/report.html">report</a></td></tr>`
  }
  return html`<section aria-labelledby="steps-title"><h2 id="steps-title">Step by step</h2>
<div class="scroll"><table><thead><tr><th scope="col" class="n">Step</th><th scope="col">Why</th><th scope="col" class="n">Rate</th><th scope="col">Verdict</th><th scope="col" class="n">Succeeded</th><th scope="col" class="n">p50</th><th scope="col" class="n">p95</th><th scope="col">Nearest to its limit</th><th scope="col" class="n">Machine</th><th scope="col">Run</th></tr></thead>
<tbody>${steps.map(row)}</tbody></table></div></section>`
}

const verdict = (held: boolean): SafeHtml =>
  html`<span class="badge ${held ? 'good' : 'bad'}">${held ? 'holds' : 'breaks'}</span>`

const brokenThresholds = ({ thresholds, stopped }: CapacityStep): string[] => {
  const broken = thresholds
    .filter(({ passed }) => !passed)
    .map(({ expression, actual, unit }) => `${expression} (${formatMeasured(actual, unit)})`)
  return broken.length === 0 && stopped !== null ? [stopped] : broken
}

const percent = (share: number): string => `${Math.round(share * 10_000) / 100}%`
