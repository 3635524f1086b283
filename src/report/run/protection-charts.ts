import type { Chart } from '../document/chart.ts'
import { formatElapsed } from '../format-value.ts'
import type { TimelinePoints } from '../timeline-point.ts'

/** The charts of the circuit breaker and of rate limits; a chart without data is left out. */
export function protectionCharts(timeline: TimelinePoints): Chart[] {
  return [...admissionCharts(timeline), ...rateLimitCharts(timeline)]
}

function admissionCharts({ points, pointMs }: TimelinePoints): Chart[] {
  const isHeld = points.some(
    ({ admittedShare, breaker }) => admittedShare < 1 || breaker.open + breaker.halfOpen > 0,
  )
  if (!isHeld) return []
  return [
    {
      id: 'protection',
      title: 'Admission',
      caption: `Share of each ${formatElapsed(pointMs)} in which the circuit breaker was open or half-open, and share of the due users that could start: none while it was open, fewer under a rate limit.`,
      kind: 'stacked-bars',
      unit: 'ratio',
      series: [
        { name: 'breaker open', color: 'failed', values: points.map(({ breaker }) => breaker.open) },
        {
          name: 'breaker half-open',
          color: 'timed-out',
          values: points.map(({ breaker }) => breaker.halfOpen),
        },
      ],
      overlay: {
        name: 'users admitted',
        color: 'ink',
        values: points.map(({ admittedShare }) => admittedShare),
      },
    },
  ]
}

function rateLimitCharts({ points, pointMs }: TimelinePoints): Chart[] {
  if (points.every(({ rateLimits }) => rateLimits === 0)) return []
  return [
    {
      id: 'rate-limits',
      title: 'Rate limits',
      caption: `Rate-limited responses of the target per second; each bar is ${formatElapsed(pointMs)}.`,
      kind: 'stacked-bars',
      unit: 'per-second',
      series: [
        {
          name: 'rate-limited',
          color: 'timed-out',
          values: points.map(({ rateLimits, seconds }) => (seconds > 0 ? rateLimits / seconds : 0)),
        },
      ],
    },
  ]
}
