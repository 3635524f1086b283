import { type DependencyName, dependencyNames } from '../../config/dependency.ts'
import { type StepName, stepNames } from '../../flow/steps.ts'
import type { Summary } from '../../results/summary-schema.ts'
import { dependencyWords } from '../dependency-words.ts'
import type { Limit } from '../flow-limit.ts'
import {
  formatBytes,
  formatCores,
  formatCount,
  formatCounted,
  formatElapsed,
  formatMs,
  formatRate,
  formatShare,
} from '../format-value.ts'
import { endedWords } from '../outcome-words.ts'
import type { TimelinePoint, TimelinePoints } from '../timeline-points.ts'
import type { Chart, Series } from './chart.ts'

/** Steps that nowhere take more than this share of the mean flow are drawn together. */
const smallShare = 0.08

/** The most error codes that are told apart in a chart. */
const mostCodes = 5

/**
 * The charts of the users: what came, what became of it, how long it took.
 *
 * @param run.limit what was set on the latency of flows
 */
export function userCharts(
  run: Pick<Summary, 'errors'> & { limit: Limit | undefined },
  { points, pointMs }: TimelinePoints,
): Chart[] {
  const each = formatElapsed(pointMs)
  const perSecond = (read: (point: TimelinePoint) => number) =>
    points.map((point) => (point.seconds > 0 ? read(point) / point.seconds : 0))
  const outcomes = endedWords.filter(({ key }) => points.some(({ ended }) => ended[key] > 0))
  const codes = [...new Set(run.errors.map(({ code }) => code))].slice(0, mostCodes)
  const charts: (Chart | null)[] = [
    {
      id: 'outcomes',
      title: 'What became of the users',
      caption: `Flows that ended, and users that came, per second; each bar is ${each}.`,
      kind: 'stacked-bars',
      series: outcomes.map(({ key, name, color }) => ({
        name,
        color,
        values: perSecond(({ ended }) => ended[key]),
      })),
      overlay: { name: 'users that came', color: 'ink', values: perSecond(({ arrived }) => arrived) },
      format: (value) => `${formatRate(value)}/s`,
    },
    {
      id: 'active',
      title: 'Flows under way',
      caption: 'If this keeps climbing while users come at a steady rate, something cannot keep up.',
      kind: 'lines',
      series: [{ name: 'under way', color: 'ink', values: points.map(({ active }) => active) }],
      format: formatCount,
    },
    {
      id: 'latency',
      title: 'How long a flow takes',
      caption: `Flows that succeeded, by when they ended; percentiles of ${each} each.`,
      kind: 'lines',
      series: (['p50', 'p95', 'p99'] as const).map((name) => ({
        name,
        color: name,
        values: points.map(({ latencyMs }) => latencyMs[name]),
      })),
      limit: run.limit,
      format: formatMs,
    },
    {
      id: 'steps',
      title: 'Where the time goes',
      caption: 'Mean duration of each step, stacked. The layer that swells is where users wait.',
      kind: 'stacked-bars',
      series: stepLayers(points),
      format: formatMs,
    },
    codes.length === 0
      ? null
      : {
          id: 'errors',
          title: 'Errors',
          caption: `Flows that ended with an error, per second, by code; each bar is ${each}.`,
          kind: 'stacked-bars',
          series: codes.map((code, index) => ({
            name: code,
            color: `error-${index + 1}`,
            values: perSecond(({ errors }) => errors[code] ?? 0),
          })),
          format: (value) => `${formatRate(value)}/s`,
        },
  ]
  return charts.filter((chart) => chart !== null)
}

/** The charts of the stack's components, each apart: which of them has nothing left. */
export function componentCharts({ points }: TimelinePoints): Chart[] {
  const names = dependencyNames.filter((name) => points.some(({ components }) => name in components))
  const seriesOf = (key: 'cpuShare' | 'busyShare' | 'queueDepth'): Series[] =>
    names
      .map((name) => ({
        name: dependencyWords[name] ?? name,
        color: componentColors[name],
        values: points.map(({ components }) => components[name]?.[key] ?? null),
      }))
      .filter(({ values }) => values.some((value) => value !== null))
  const waiting = points.map(({ fundingWaiting }) => fundingWaiting)
  const charts: Chart[] = [
    {
      id: 'component-cpu',
      title: 'CPU of the components',
      caption: 'Of each by itself; 100% is one core.',
      kind: 'lines',
      series: seriesOf('cpuShare'),
      format: formatCores,
    },
    {
      id: 'component-busy',
      title: 'How busy they were',
      caption: 'Time with a request at work, of the chain the gas of its blocks; at 100% users queue.',
      kind: 'lines',
      series: seriesOf('busyShare'),
      format: formatShare,
    },
    {
      id: 'component-queue',
      title: 'Requests that wait',
      caption: 'Waiting in the personal server; waiting or at work in the others. The most in each point.',
      kind: 'lines',
      series: seriesOf('queueDepth'),
      format: formatCount,
    },
    {
      id: 'funding',
      title: 'Users waiting for their coin',
      caption: 'Due, but their wallet is not funded yet: this is the generator, not the stack.',
      kind: 'lines',
      series: waiting.some((value) => value !== null)
        ? [{ name: 'waiting', color: 'blockchain-3', values: waiting }]
        : [],
      format: formatCount,
    },
  ]
  return charts.filter(({ series }) => series.length > 0)
}

const componentColors: Record<DependencyName, string> = {
  chain: 'blockchain-3',
  storage: 'storage-2',
  personalServer: 'inference-3',
  apiServer: 'p95',
  model: 'client-2',
}

/** The charts of the generator: whether what was measured is the stack, and not the one who measures. */
export function generatorCharts({ points }: TimelinePoints): Chart[] {
  return [
    {
      id: 'lag',
      title: 'Lateness',
      caption: 'The latest start of a user, and the event loop at p99, in the worst second of each point.',
      kind: 'lines',
      series: [
        { name: 'latest start', color: 'p95', values: points.map(({ lagMaxMs }) => lagMaxMs) },
        { name: 'event loop p99', color: 'p50', values: points.map(({ eventLoopP99Ms }) => eventLoopP99Ms) },
      ],
      format: formatMs,
    },
    {
      id: 'rpc',
      title: 'RPC calls',
      caption: 'Calls to the chain per second, for all flows together.',
      kind: 'lines',
      series: [
        {
          name: 'calls',
          color: 'blockchain-2',
          values: points.map(({ rpcCalls, seconds }) => (seconds > 0 ? rpcCalls / seconds : 0)),
        },
      ],
      format: (value) => `${formatRate(value)}/s`,
    },
    {
      id: 'cpu',
      title: 'CPU',
      caption: 'Of all threads; 100% is one core.',
      kind: 'lines',
      series: [{ name: 'CPU', color: 'inference-2', values: points.map(({ cpuCores }) => cpuCores) }],
      format: formatCores,
    },
    {
      id: 'memory',
      title: 'Memory',
      caption: 'Resident, the most in each point.',
      kind: 'lines',
      series: [{ name: 'memory', color: 'storage-2', values: points.map(({ rssBytes }) => rssBytes) }],
      format: formatBytes,
    },
  ]
}

/** A layer for each step that anywhere takes a good part of a flow, and one for all others. */
function stepLayers(points: readonly TimelinePoint[]): Series[] {
  const totals = points.map(({ stepMeanMs }) => Object.values(stepMeanMs).reduce((sum, ms) => sum + ms, 0))
  const isLarge = (step: StepName) =>
    points.some(({ stepMeanMs }, index) => (stepMeanMs[step] ?? 0) > (totals[index] ?? 0) * smallShare)
  const large = stepNames.filter(isLarge)
  const small = stepNames.filter((step) => !isLarge(step))
  const layer = (name: string, color: string, steps: readonly StepName[]): Series => ({
    name,
    color,
    values: points.map(({ stepMeanMs }, index) =>
      totals[index] === 0 ? null : steps.reduce((sum, step) => sum + (stepMeanMs[step] ?? 0), 0),
    ),
  })
  const rest = small.length === 0 ? [] : [layer(formatCounted(small.length, 'short step'), 'client-1', small)]
  return [...large.map((step) => layer(step, stepColors[step], [step])), ...rest]
}

/** The colour of each step: the hue of its group, in a shade of its own. */
export const stepColors: Record<StepName, string> = {
  data: 'client-1',
  encrypt: 'client-2',
  upload: 'storage-1',
  grantee: 'blockchain-1',
  identity: 'inference-1',
  grant: 'storage-2',
  seal: 'client-1',
  sign: 'blockchain-1',
  submit: 'blockchain-2',
  confirm: 'blockchain-3',
  request: 'inference-2',
  result: 'inference-3',
}
