import type { Caveat } from '../../results/compare/comparability.ts'
import type { Comparison } from '../../results/compare/compare-runs.ts'
import type { ReportDocument, ReportNode } from '../document/document.ts'
import { code } from '../document/inline.ts'
import type { Finding } from '../finding.ts'
import { formatCount, formatShare, nothing } from '../format-value.ts'
import { comparisonVerdict } from './comparison-verdict.ts'
import { figureTable } from './figure-table.ts'

type Compared = Comparison['comparisons'][number]

/**
 * Builds the report of runs side by side.
 *
 * @example printMarkdown(comparisonDocument(comparison))
 */
export function comparisonDocument(comparison: Comparison): ReportDocument {
  const { reference, comparisons, confidence, smallestChange } = comparison
  const others = comparisons.map(({ run }) => run.id).join(', ')
  return {
    title: `${others} compared with ${reference.run.id}`,
    nodes: comparisons.flatMap((compared, index) => comparedNodes(comparison, compared, index)),
    footer: {
      text: [
        `Each interval has ${formatShare(confidence)} confidence. It comes from the single flows in `,
        code('flows.ndjson'),
        `, with less weight for correlated neighbors, and does not cover what else varies from one run to the next. Changes under ${formatShare(smallestChange)} do not count. Figures without an interval are a single number per run.`,
      ],
    },
  }
}

function comparedNodes({ tool, reference }: Comparison, compared: Compared, index: number): ReportNode[] {
  const { run, users, caveats, figures, errors } = compared
  const findings = caveats.map(findingOf)
  const id = (name: string) => `${name}-${index + 1}`
  const nodes: ReportNode[] = [
    {
      kind: 'verdict',
      ...comparisonVerdict(compared),
      tool,
      id: `${run.id} compared with ${reference.run.id}`,
      facts: [
        ['before', `${reference.run.id}, ${formatCount(reference.users.planned)} users`],
        ['after', `${run.id}, ${formatCount(users.planned)} users`],
        ['target', run.target],
        ['preset', run.preset ?? 'none'],
      ],
    },
  ]
  if (findings.length > 0) {
    nodes.push({
      kind: 'section',
      id: id('findings'),
      title: 'Findings',
      nodes: [{ kind: 'findings', findings }],
    })
  }
  nodes.push({ kind: 'section', id: id('figures'), title: 'Figures', nodes: [figureTable(figures)] })
  if (errors.length > 0) {
    nodes.push({ kind: 'section', id: id('errors'), title: 'Errors', nodes: [errorTable(errors)] })
  }
  return nodes
}

const caveatTitles: Record<Caveat['kind'], Pick<Finding, 'title' | 'tone'>> = {
  'other-test': { title: 'Different tests', tone: 'bad' },
  unreliable: { title: 'Unreliable', tone: 'warn' },
  conditions: { title: 'Conditions', tone: 'plain' },
}

/** A caveat as a finding. */
export const findingOf = ({ kind, message }: Caveat): Finding => ({
  ...caveatTitles[kind],
  text: message,
  hint: null,
})

function errorTable(errors: Compared['errors']): ReportNode {
  return {
    kind: 'table',
    layout: 'compact',
    columns: [
      { title: 'Code' },
      { title: 'Step' },
      { title: 'Before', align: 'end' },
      { title: 'After', align: 'end' },
    ],
    rows: errors.map(({ code: name, step, reference, other }) => [
      code(name),
      step ?? nothing,
      formatCount(reference),
      formatCount(other),
    ]),
  }
}
