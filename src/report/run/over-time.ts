import type { Summary } from '../../results/summary-schema.ts'
import { dependencyName } from '../dependency-name.ts'
import type { Limit, TimeAxis } from '../document/chart.ts'
import type { Column, ReportNode, TableNode } from '../document/document.ts'
import { formatBytes, formatClock, formatCount, formatMs, formatRate, formatShare } from '../format-value.ts'
import { shownOutcomes } from '../outcome-names.ts'
import type { TimelinePoints } from '../timeline-point.ts'
import { generatorCharts } from './generator-charts.ts'
import { protectionCharts } from './protection-charts.ts'
import { stackCharts } from './stack-charts.ts'
import { userCharts } from './user-charts.ts'

/** A run as its charts show it, besides the timeline. */
export type ChartedRun = Pick<Summary, 'errors' | 'users' | 'components'> & {
  durationMs: number
  /** The limit on the latency of flows. */
  limit: Limit | undefined
}

/** The charts of a run over time: users, stack and generator; nothing without a timeline. */
export function overTime(run: ChartedRun, timeline: TimelinePoints): ReportNode[] {
  const { points, pointMs } = timeline
  if (points.length === 0) return []
  const axis: TimeAxis = {
    startsMs: points.map(({ startMs }) => startMs),
    pointMs,
    durationMs: run.durationMs,
  }
  const users = [...userCharts(run, timeline), ...protectionCharts(timeline)]
  return [
    {
      kind: 'section',
      id: 'time-title',
      title: 'Over time',
      depth: 'standard',
      nodes: [
        { kind: 'charts', axis, layout: 'wide', charts: users },
        { kind: 'details', depth: 'full', summary: 'Show as a table', nodes: [pointTable(run, timeline)] },
      ],
    },
    ...stackSection(run, timeline, axis),
    {
      kind: 'section',
      id: 'generator-title',
      title: 'Generator over time',
      depth: 'full',
      nodes: [
        {
          kind: 'paragraph',
          text: 'Shows whether the figures describe the stack or the limits of the machine that measured it.',
        },
        { kind: 'charts', axis, layout: 'pair', charts: generatorCharts(timeline) },
      ],
    },
  ]
}

function stackSection(run: ChartedRun, timeline: TimelinePoints, axis: TimeAxis): ReportNode[] {
  const charts = stackCharts(timeline)
  if (charts.length === 0) return []
  return [
    {
      kind: 'section',
      id: 'components-title',
      title: 'Stack',
      depth: 'standard',
      nodes: [
        {
          kind: 'paragraph',
          depth: 'full',
          text: 'Resources of each component. The first component to reach its limit is the bottleneck.',
        },
        { kind: 'charts', depth: 'full', axis, layout: 'pair', charts },
        ...componentTable(run),
      ],
    },
  ]
}

const numbers = (...titles: string[]): Column[] => titles.map((title) => ({ title, align: 'end' }))

/** What each component used over the whole run. */
function componentTable({ components }: ChartedRun): TableNode[] {
  if (Object.keys(components).length === 0) return []
  const titles = ['CPU per flow', 'of a core', 'peak', 'Busy', 'peak', 'Queue, mean', 'peak', 'Memory, peak']
  return [
    {
      kind: 'table',
      columns: [{ title: 'Component' }, ...numbers(...titles)],
      rows: Object.entries(components).map(([name, use]) => [
        dependencyName(name),
        formatMs(use.cpuMsPerFlow),
        formatShare(use.cpuShare),
        formatShare(use.cpuSharePeak),
        formatShare(use.busyShare),
        formatShare(use.busySharePeak),
        formatRate(use.queueDepthMean),
        formatCount(use.queueDepthMax),
        formatBytes(use.rssPeakBytes),
      ]),
    },
  ]
}

/** The main charts as a table. */
function pointTable({ users }: ChartedRun, { points }: TimelinePoints): TableNode {
  const present = shownOutcomes.filter(({ key }) => users[key] > 0)
  return {
    kind: 'table',
    columns: numbers('From', 'arrived', ...present.map(({ name }) => name), 'in flight', 'p50', 'p95', 'p99'),
    rows: points.map(({ startMs, arrived, ended, active, latencyMs }) => [
      formatClock(startMs),
      formatCount(arrived),
      ...present.map(({ key }) => formatCount(ended[key])),
      formatCount(active),
      formatMs(latencyMs.p50),
      formatMs(latencyMs.p95),
      formatMs(latencyMs.p99),
    ]),
  }
}
