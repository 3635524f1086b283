import type { Capacity } from '../../results/capacity-schema.ts'
import { dependencyName } from '../dependency-name.ts'
import { dependencyPairs } from '../dependency-pairs.ts'
import type { ReportDocument, ReportNode } from '../document/document.ts'
import { code } from '../document/inline.ts'
import { formatCount, formatInstant, formatMs, formatRate, formatShare, nothing } from '../format-value.ts'
import { moneyPairs } from '../money-pairs.ts'
import { capacityFindings, capacityVerdict } from './capacity-verdict.ts'
import { rateSection, stepSection } from './rate-tables.ts'

/**
 * Builds the report of a search for the capacity. It links to the reports of its steps in the folders beside it.
 *
 * @example await writeFile('capacity.html', printHtml(capacityDocument(capacity)))
 */
export function capacityDocument(capacity: Capacity): ReportDocument {
  const { search, tool, dependencies, money, steps } = capacity
  const verdict = capacityVerdict(capacity)
  return {
    title: `${verdict.headline} ${search.id}`,
    nodes: [
      {
        kind: 'verdict',
        ...verdict,
        tool,
        id: search.id,
        facts: [
          ['preset', search.preset ?? 'none'],
          ['target', search.target],
          ['seed', search.seed],
          ['started', formatInstant(search.startedAt)],
          ['duration', formatMs(search.durationMs)],
          ['exit code', String(capacity.exitCode)],
        ],
      },
      keyFigures(capacity),
      findingSection(capacity),
      ...rateSection(steps),
      ...stepSection(steps),
      {
        kind: 'section',
        id: 'origin-title',
        title: 'Test setup and cost',
        depth: 'standard',
        nodes: [
          {
            kind: 'columns',
            layout: 'even',
            nodes: [
              dependencyPairs(dependencies),
              { kind: 'pairs', title: 'Money of all steps', pairs: moneyPairs(money) },
            ],
          },
        ],
      },
    ],
    footer: { text: methodNote, depth: 'full' },
  }
}

const methodNote = [
  "A rate holds if most of its runs do. Confidence is Laplace's rule of succession, (held + 1) / (runs + 2). The data of this page is in ",
  code('capacity.json'),
  ' beside it, the data of each run in its folder.',
]

function keyFigures({ capacity, brokeFirst, steps }: Capacity): ReportNode {
  const { ratePerSecond, brokeAtPerSecond, runs, held, confidence } = capacity
  const rate = (value: number | null) => (value === null ? nothing : `${formatRate(value)}/s`)
  const holding = steps.filter((step) => step.ratePerSecond === ratePerSecond && step.held)
  const p95 = holding.map(({ flowMs }) => flowMs.p95 ?? 0)
  const component = brokeFirst?.component ?? null
  const figure = (name: string, value: string, note: string) => ({ name, value, note })
  return {
    kind: 'figures',
    depth: 'standard',
    figures: [
      figure(
        'Capacity',
        rate(ratePerSecond),
        ratePerSecond === null ? 'no rate holds' : `held in ${held} of ${runs} runs`,
      ),
      figure('Confidence', formatShare(confidence), 'that it holds again'),
      figure(
        'Breaks at',
        rate(brokeAtPerSecond),
        brokeAtPerSecond === null ? 'no rate broke' : 'lowest rate that broke',
      ),
      figure(
        'Breaks first',
        component === null ? nothing : dependencyName(component),
        brokeFirst?.certainty ?? 'nothing broke',
      ),
      figure('Flow, p95', p95.length === 0 ? nothing : formatMs(Math.max(...p95)), 'at capacity'),
      figure('Runs', formatCount(steps.length), 'one per step'),
    ],
  }
}

function findingSection(capacity: Capacity): ReportNode {
  const findings = capacityFindings(capacity)
  return { kind: 'section', id: 'findings', title: 'Findings', nodes: [{ kind: 'findings', findings }] }
}
