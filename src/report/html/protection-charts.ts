import { formatElapsed, formatRate, formatShare } from '../format-value.ts'
import type { TimelinePoints } from '../timeline-points.ts'
import type { Chart } from './chart.ts'

/** The charts of the target's protection, where there was anything to protect it from: who was let in, and how often it said stop. */
export function protectionCharts({ points, pointMs }: TimelinePoints): Chart[] {
  const each = formatElapsed(pointMs)
  const charts: Chart[] = []
  if (points.some(({ admittedShare, breaker }) => admittedShare < 1 || breaker.open + breaker.halfOpen > 0)) {
    charts.push({
      id: 'protection',
      title: 'Who was let in',
      caption: `Share of each ${each} in which the breaker was open or tried, and share of the users due who might start: none while it was open, fewer at a rate limit.`,
      kind: 'stacked-bars',
      series: [
        { name: 'breaker open', color: 'failed', values: points.map(({ breaker }) => breaker.open) },
        {
          name: 'half-open, trying',
          color: 'timed-out',
          values: points.map(({ breaker }) => breaker.halfOpen),
        },
      ],
      overlay: {
        name: 'users let in',
        color: 'ink',
        values: points.map(({ admittedShare }) => admittedShare),
      },
      format: formatShare,
    })
  }
  if (points.some(({ rateLimits }) => rateLimits > 0)) {
    charts.push({
      id: 'rate-limits',
      title: 'Rate limits',
      caption: `Answers by which the target said that it was asked too often, per second; each bar is ${each}.`,
      kind: 'stacked-bars',
      series: [
        {
          name: 'limited',
          color: 'timed-out',
          values: points.map(({ rateLimits, seconds }) => (seconds > 0 ? rateLimits / seconds : 0)),
        },
      ],
      format: (value) => `${formatRate(value)}/s`,
    })
  }
  return charts
}
