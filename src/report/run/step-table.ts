import { type StepGroup, type StepName, stepGroups, stepNames } from '../../flow/steps.ts'
import type { Digest } from '../../metrics/latency-histogram.ts'
import type { Summary } from '../../results/summary-schema.ts'
import { waitKinds } from '../../results/wait-kinds.ts'
import type { Column, ReportNode, Row } from '../document/document.ts'
import { small } from '../document/inline.ts'
import { formatCount, formatMs, formatShare } from '../format-value.ts'
import { stepColors } from './step-colors.ts'
import { notableWaitMs, waitNames } from './waits.ts'

type Measured = Pick<Summary, 'latencyMs' | 'arrivals'>

/** Every step with its percentiles and its place in a typical flow, and below them the groups, whole flows and starts. */
export function stepSection(run: Measured): ReportNode {
  return {
    kind: 'section',
    id: 'steps-title',
    title: 'Steps',
    depth: 'standard',
    nodes: [
      {
        kind: 'paragraph',
        depth: 'full',
        text: 'Each bar is the median of a step, placed after the steps before it; the thin line reaches to its p95. A completed step counts whatever the outcome of its flow.',
      },
      { kind: 'table', layout: 'steps', columns, rows: stepRows(run), sums: sumRows(run) },
    ],
  }
}

const columns: readonly Column[] = [
  { title: 'Step' },
  { title: 'A typical flow', content: 'drawn' },
  ...['Share', 'p50', 'p90', 'p95', 'p99', 'max', 'Count'].map((title): Column => ({ title, align: 'end' })),
]

/** A waterfall of medians, each with a whisker to p95. */
function stepRows({ latencyMs }: Measured): Row[] {
  const meanTotal = stepNames.reduce((sum, step) => sum + (latencyMs.steps[step].mean ?? 0), 0)
  let nextMs = 0
  const placed = stepNames.map((step) => {
    const digest = latencyMs.steps[step]
    const startMs = nextMs
    nextMs += digest.p50 ?? 0
    return { step, digest, startMs }
  })
  const endMs = Math.max(1, ...placed.map(({ startMs, digest }) => startMs + (digest.p95 ?? 0)))
  return placed.map(({ step, digest, startMs }): Row => {
    const { p50, p95, mean } = digest
    const bar: Row[number] =
      p50 === null || p95 === null
        ? ''
        : {
            mark: 'bar',
            from: startMs / endMs,
            length: p50 / endMs,
            whisker: p95 / endMs,
            color: stepColors[step],
          }
    const share = meanTotal === 0 ? '' : formatShare((mean ?? 0) / meanTotal)
    return [[step, ' ', small(groupOf(step))], bar, share, ...figures(digest)]
  })
}

function sumRows({ latencyMs, arrivals }: Measured): Row[] {
  const sum = (name: string, note: string, digest: Digest): Row => [name, small(note), '', ...figures(digest)]
  const groups = Object.keys(stepGroups) as StepGroup[]
  const waits = waitKinds.filter((kind) => (arrivals.waits[kind].p99 ?? 0) >= notableWaitMs)
  return [
    ...groups.map((group) => sum(group, stepGroups[group].join(' + '), latencyMs.groups[group])),
    sum('whole flow', 'succeeded, from the actual start', latencyMs.flow),
    sum('from due', 'succeeded, from the time the user was due', latencyMs.flowFromDue),
    sum('start lag', 'how late the generator started users', arrivals.lagMs),
    ...waits.map((kind) => sum(`wait for ${waitNames[kind]}`, 'before the start', arrivals.waits[kind])),
  ]
}

const figures = ({ p50, p90, p95, p99, max, count }: Digest): string[] => [
  ...[p50, p90, p95, p99, max].map(formatMs),
  formatCount(count),
]

function groupOf(step: StepName): string {
  const groups = Object.entries(stepGroups) as [StepGroup, readonly StepName[]][]
  return groups.find(([, steps]) => steps.includes(step))?.[0] ?? ''
}
