import type { CapacityStep } from '../../results/capacity-schema.ts'
import { dependencyName } from '../dependency-name.ts'
import type { ReportNode, Row } from '../document/document.ts'
import { badge, type MarkedText } from '../document/inline.ts'
import { describeLoad } from '../findings.ts'
import { formatCount, formatMs, formatRate, formatShare, nothing } from '../format-value.ts'
import { purposeNames, reasonsToBreak } from './capacity-step.ts'

/** Every rate once, the lowest first, with what its runs measured; nothing without steps. */
export function rateSection(steps: readonly CapacityStep[]): ReportNode[] {
  if (steps.length === 0) return []
  const rates = [...new Set(steps.map(({ ratePerSecond }) => ratePerSecond))].sort((a, b) => a - b)
  const highest = Math.max(...rates)
  return [
    {
      kind: 'section',
      id: 'rates-title',
      title: 'Rates',
      depth: 'full',
      nodes: [
        {
          kind: 'paragraph',
          text: 'The thin line is the configured rate, the bar the throughput.',
        },
        {
          kind: 'table',
          columns: [
            { title: 'Rate', align: 'end' },
            { title: 'Rate and throughput', content: 'drawn' },
            { title: 'Throughput', align: 'end' },
            { title: 'Held', align: 'end' },
            { title: 'Verdict' },
            { title: 'Thresholds not met', content: 'prose' },
          ],
          rows: rates.map((rate) => rateRow(rate, steps, highest)),
        },
      ],
    },
  ]
}

function rateRow(ratePerSecond: number, steps: readonly CapacityStep[], highest: number): Row {
  const runs = steps.filter((step) => step.ratePerSecond === ratePerSecond)
  const held = runs.filter((step) => step.held).length
  const throughput = runs.reduce((sum, { flowsPerSecond }) => sum + flowsPerSecond, 0) / runs.length
  const holds = held * 2 > runs.length
  const bar: MarkedText = {
    mark: 'bar',
    from: 0,
    length: throughput / highest,
    whisker: ratePerSecond / highest,
    color: holds ? 'succeeded' : 'failed',
  }
  return [
    `${formatRate(ratePerSecond)}/s`,
    bar,
    `${formatRate(throughput)}/s`,
    `${held} of ${runs.length}`,
    verdictBadge(holds),
    [...new Set(runs.flatMap(reasonsToBreak))].join('; '),
  ]
}

/** Every run of the search in chronological order; nothing without steps. */
export function stepSection(steps: readonly CapacityStep[]): ReportNode[] {
  if (steps.length === 0) return []
  const table: ReportNode = {
    kind: 'table',
    columns: [
      { title: 'Step', align: 'end' },
      { title: 'Reason', isMinor: true },
      { title: 'Rate', align: 'end' },
      { title: 'Verdict' },
      { title: 'Succeeded', align: 'end', isMinor: true },
      { title: 'Flows', align: 'end' },
      { title: 'p50', align: 'end' },
      { title: 'p95', align: 'end' },
      { title: 'Thresholds not met', content: 'prose' },
      { title: 'Closest to its limit', isMinor: true },
      { title: 'Machine', align: 'end', isMinor: true },
      { title: 'Run', isMinor: true },
    ],
    rows: steps.map(stepRow),
  }
  return [{ kind: 'section', id: 'steps-title', title: 'Steps', nodes: [table] }]
}

function stepRow(step: CapacityStep, index: number): Row {
  const { users, flowMs } = step
  const [load] = step.loads
  const report: MarkedText = { mark: 'link', text: step.runId, href: `${step.runId}/report.html` }
  return [
    String(index + 1),
    purposeNames[step.purpose],
    `${formatRate(step.ratePerSecond)}/s`,
    verdictBadge(step.held),
    `${formatCount(users.succeeded)} of ${formatCount(users.planned)}`,
    `${formatRate(step.flowsPerSecond)}/s`,
    formatMs(flowMs.p50),
    formatMs(flowMs.p95),
    reasonsToBreak(step).join('; '),
    load === undefined ? nothing : `${dependencyName(load.name)}, ${describeLoad(load)}`,
    formatShare(step.machineShare),
    report,
  ]
}

const verdictBadge = (held: boolean): MarkedText => badge(held ? 'holds' : 'breaks', held ? 'good' : 'bad')
