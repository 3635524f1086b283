import type { TimelineLine } from '../results/timeline-line.ts'
import type { TimelinePoint, TimelinePoints } from './timeline-point.ts'
import { joinStretches, pointOf, stretchOf, type TimelineStretch } from './timeline-stretch.ts'

/** Bounds on the number of points, and the least number of flows per point. */
const limits = { most: 120, least: 12, flows: 2 }

/** Lengths of a point in seconds that are easy to read. */
const niceSeconds = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 86_400]

/**
 * Joins the seconds of a timeline into at most 120 points.
 *
 * Counts are added, percentiles come from the added buckets; for what cannot be added, the worst second counts.
 *
 * @param run duration, and number of successful flows
 * @example await timelinePoints(run.timeline(), { durationMs: 60_000, flows: 120 })
 */
export async function timelinePoints(
  lines: AsyncIterable<TimelineLine> | Iterable<TimelineLine>,
  run: { durationMs: number; flows: number },
): Promise<TimelinePoints> {
  const pointMs = pointLengthMs(run)
  const points: TimelinePoint[] = []
  let gathered: TimelineStretch[] = []
  let current = 0
  const close = () => {
    if (gathered.length > 0) points.push(pointOf(current * pointMs, joinStretches(gathered)))
    gathered = []
  }
  for await (const line of lines) {
    const index = pointIndexOf(line, pointMs)
    if (index !== current) close()
    current = index
    gathered.push(stretchOf(line))
  }
  close()
  return { pointMs, points }
}

/**
 * Returns the length of a point in milliseconds that gives neither too many points nor too few flows per point.
 *
 * @param wholeMs the length is a multiple of this. @default a second
 */
export function pointLengthMs(run: { durationMs: number; flows: number }, wholeMs = 1000): number {
  const wantedPoints = Math.min(limits.most, Math.max(limits.least, run.flows / limits.flows))
  const wantedMs = run.durationMs / wantedPoints
  const nice = niceSeconds.map((seconds) => seconds * 1000).find((ms) => ms >= wantedMs && ms % wholeMs === 0)
  return nice ?? Math.ceil(wantedMs / wholeMs) * wholeMs
}

/**
 * Returns the point that a line belongs to. A line covers the time before it: the one at 5.0 s belongs to the point that ends
 * there. So does a rest of less than half a second after it, since the rate of so short a time says nothing.
 */
export function pointIndexOf({ atMs }: TimelineLine, pointMs: number): number {
  return Math.max(0, Math.ceil((atMs - 500) / pointMs) - 1)
}
