import { dependencyName } from '../../report/dependency-name.ts'
import type { FiguresNode, ReportNode, Row } from '../../report/document/document.ts'
import type { Inline } from '../../report/document/inline.ts'
import {
  formatBytes,
  formatCores,
  formatCount,
  formatMs,
  formatRate,
  formatShare,
  formatVana,
  nothing,
} from '../../report/format-value.ts'
import { errorSection } from '../../report/run/failures.ts'
import { outcomeShares } from '../../report/run/key-figures.ts'
import { thresholdSection } from '../../report/run/threshold-table.ts'
import { sumOutcomes } from '../../results/outcome-counts.ts'
import type { LiveState } from '../live-state.ts'

type Snapshot = NonNullable<LiveState['snapshot']>

const verdictsSoFar = { pass: 'passing', fail: 'failing', 'no-data': 'no data yet' } as const

/** Current figures, resources, thresholds and errors. */
export function now({ snapshot, thresholds, result }: LiveState): ReportNode[] {
  if (snapshot === null) return []
  const open = Math.max(0, snapshot.users.planned - sumOutcomes(snapshot.users))
  const isOver = result !== null
  return [
    { kind: 'figures', figures: figures(snapshot, isOver) },
    outcomeShares(snapshot.users, open),
    {
      kind: 'columns',
      layout: 'split',
      nodes: [
        ...(isOver ? [] : resources(snapshot)),
        ...thresholdSection(thresholds, isOver ? undefined : verdictsSoFar),
      ],
    },
    ...errorSection(snapshot),
  ]
}

function figures(snapshot: Snapshot, isOver: boolean): FiguresNode['figures'] {
  const { users, now, throughput, latencyMs, arrivals } = snapshot
  const ended = sumOutcomes(users)
  const { flow } = latencyMs
  const peak = `peak ${formatRate(throughput.peakFlowsPerSecond)}`
  const figure = (name: string, value: string, note: string) => ({ name, value, note })
  return [
    figure(
      'Succeeded',
      formatShare(ended === 0 ? null : users.succeeded / ended),
      `${formatCount(users.succeeded)} of ${formatCount(ended)} ended`,
    ),
    figure(
      'In flight',
      formatCount(now.active),
      `${formatCount(users.started)} of ${formatCount(users.planned)} started`,
    ),
    figure(
      'Throughput',
      `${formatRate(isOver ? throughput.flowsPerSecond : now.flowsPerSecond)}/s`,
      isOver ? peak : `mean ${formatRate(throughput.flowsPerSecond)}, ${peak}`,
    ),
    figure('Flow, p95', formatMs(flow.p95), `p50 ${unbroken(flow.p50)}, p99 ${unbroken(flow.p99)}`),
    figure('Start lag, p99', formatMs(arrivals.lagMs.p99), `max ${formatMs(arrivals.lagMs.max)}`),
    costFigure(snapshot),
  ]
}

function costFigure({ spending, funding, gas }: Snapshot): FiguresNode['figures'][number] {
  if (spending === null) {
    return {
      name: 'Cost per flow',
      value: formatVana(gas.costPerFlowWei),
      note: `${formatCount(gas.perFlow)} gas`,
    }
  }
  return {
    name: funding === null ? 'Spent' : 'Paid out',
    value: formatVana(spending.spentWei),
    note: `cap ${formatVana(spending.capWei)}`,
  }
}

/** The components of the stack and the generator in the last second. */
function resources({ lastSecond, now }: Snapshot): ReportNode[] {
  if (lastSecond === null) return []
  const rows = Object.entries(lastSecond.components).map(([name, use]): Row => {
    const busy = use.busyShare === null ? nothing : formatShare(Math.round(use.busyShare * 100) / 100)
    return [
      dependencyName(name),
      metered(use.cpuShare === null ? nothing : formatCores(use.cpuShare), use.cpuShare),
      metered(busy, use.busyShare),
      use.queueDepth === null ? nothing : formatCount(use.queueDepth),
      formatBytes(use.rssBytes),
    ]
  })
  const generator: Row = [
    'generator',
    metered(formatCores(now.cpuCores), now.cpuCores),
    nothing,
    nothing,
    formatBytes(now.rssBytes),
  ]
  const table: ReportNode = {
    kind: 'table',
    layout: 'now',
    columns: [
      { title: 'Component' },
      { title: 'CPU', align: 'end' },
      { title: 'Busy', align: 'end' },
      { title: 'Queue', align: 'end' },
      { title: 'Memory', align: 'end' },
    ],
    rows: [...rows, generator],
  }
  return [{ kind: 'section', id: 'parts-title', title: 'Resources now', nodes: [table] }]
}

const metered = (text: string, share: number | null): Inline => [text, { mark: 'meter', share }]

/** A duration whose unit stays on the line of its number. */
const unbroken = (ms: number | null): string => formatMs(ms).replace(' ', '\u00a0')
