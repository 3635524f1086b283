import { type StepName, stepNames } from '../../flow/steps.ts'
import type { Summary } from '../../results/summary-schema.ts'
import type { Chart, Limit, Series } from '../document/chart.ts'
import { formatCounted, formatElapsed } from '../format-value.ts'
import { shownOutcomes } from '../outcome-names.ts'
import type { TimelinePoint, TimelinePoints } from '../timeline-point.ts'
import { stepColors } from './step-colors.ts'

/** Steps that never take more than this share of the mean flow are drawn as one layer. */
const smallShare = 0.08

/** The most error codes with a color of their own. */
const mostCodes = 5

/**
 * The charts of the users: arrivals, outcomes and durations.
 *
 * @param run.limit the limit on the latency of flows
 */
export function userCharts(
  run: Pick<Summary, 'errors'> & { limit: Limit | undefined },
  timeline: TimelinePoints,
): Chart[] {
  const { points, pointMs } = timeline
  const each = formatElapsed(pointMs)
  return [
    outcomeChart(points, each),
    {
      id: 'active',
      title: 'Flows in flight',
      caption: 'If this keeps rising while users arrive at a steady rate, something cannot keep up.',
      kind: 'lines',
      unit: 'count',
      series: [{ name: 'in flight', color: 'ink', values: points.map(({ active }) => active) }],
    },
    {
      id: 'latency',
      title: 'Flow duration',
      caption: `Successful flows by the time at which they ended; percentiles over ${each}.`,
      kind: 'lines',
      unit: 'ms',
      series: (['p50', 'p95', 'p99'] as const).map((name) => ({
        name,
        color: name,
        values: points.map(({ latencyMs }) => latencyMs[name]),
      })),
      limit: run.limit,
    },
    {
      id: 'steps',
      title: 'Time per step',
      caption: 'Mean duration of each step, stacked. A growing layer is the step at which users queue.',
      kind: 'stacked-bars',
      unit: 'ms',
      series: stepLayers(points),
    },
    ...errorCharts(run, points, each),
  ]
}

/** The values of a chart per second. */
const perSecond = (points: readonly TimelinePoint[], read: (point: TimelinePoint) => number): number[] =>
  points.map((point) => (point.seconds > 0 ? read(point) / point.seconds : 0))

function outcomeChart(points: readonly TimelinePoint[], each: string): Chart {
  const outcomes = shownOutcomes.filter(({ key }) => points.some(({ ended }) => ended[key] > 0))
  return {
    id: 'outcomes',
    title: 'Arrivals and outcomes',
    caption: `Ended flows and arrivals per second; each bar is ${each}.`,
    kind: 'stacked-bars',
    unit: 'per-second',
    series: outcomes.map(({ key, name, color }) => ({
      name,
      color,
      values: perSecond(points, ({ ended }) => ended[key]),
    })),
    overlay: { name: 'arrivals', color: 'ink', values: perSecond(points, ({ arrived }) => arrived) },
  }
}

function errorCharts(run: Pick<Summary, 'errors'>, points: readonly TimelinePoint[], each: string): Chart[] {
  const codes = [...new Set(run.errors.map(({ code }) => code))].slice(0, mostCodes)
  if (codes.length === 0) return []
  return [
    {
      id: 'errors',
      title: 'Errors',
      caption: `Flows that ended with an error, per second by code; each bar is ${each}.`,
      kind: 'stacked-bars',
      unit: 'per-second',
      series: codes.map((code, index) => ({
        name: code,
        color: `error-${index + 1}`,
        values: perSecond(points, ({ errors }) => errors[code] ?? 0),
      })),
    },
  ]
}

/** A layer for each step that takes a large part of a flow at any time, and one for all others. */
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
