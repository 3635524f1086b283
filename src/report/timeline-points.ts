import type { StepName } from '../flow/steps.ts'
import type { OutcomeCounts } from '../results/outcome-counts.ts'
import type { TimelineLine } from '../results/timeline-line.ts'
import { joinStretches, pointOf, stretchOf, type TimelineStretch } from './timeline-stretch.ts'

/** A chart does not gain by more points than these, nor by points that hold less than two flows each. */
const limits = { most: 120, least: 12, flows: 2 }

/** Lengths that a point may stand for, in seconds: people read them at a glance. */
const niceSeconds = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 86_400]

/** A stretch of a run, as charts show it. */
export type TimelinePoint = {
  startMs: number
  /** Seconds that were really observed, for rates. */
  seconds: number
  arrived: number
  /** Most flows under way at the end of a second. */
  active: number
  ended: OutcomeCounts
  /** Percentiles of succeeded flows, at most 4.4 % above the true ones; `null` without any. */
  latencyMs: { p50: number | null; p95: number | null; p99: number | null }
  /** Mean duration of each step that completed. */
  stepMeanMs: Partial<Record<StepName, number>>
  errors: Record<string, number>
  rpcCalls: number
  /** Mean number of cores in use. */
  cpuCores: number
  rssBytes: number
  /** What each component used: CPU time of a core in the mean, its worst second's busy share and queue. */
  components: Record<string, { cpuShare: number | null; busyShare: number | null; queueDepth: number | null }>
  /** Most users who waited for the coin of their wallet. */
  fundingWaiting: number | null
  /** The worst second's. */
  lagMaxMs: number | null
  eventLoopP99Ms: number
  /** Shares of the time in which the circuit breaker was open, and in which a few users tried. */
  breaker: { open: number; halfOpen: number }
  /** Mean share of the users due who might start; an open breaker, and one that tries, lets in none but its few. */
  admittedShare: number
  /** How often the target said that it was asked too often. */
  rateLimits: number
}

/** A run's timeline in as many points as a chart can use. */
export type TimelinePoints = { pointMs: number; points: TimelinePoint[] }

/**
 * Adds up the seconds of a timeline so that a chart has at most 120 points, each of a length that reads well.
 *
 * Counts are added, percentiles taken from the added buckets; of what cannot be added the worst second is shown.
 *
 * @param run how long it was, and how many flows succeeded
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
 * How long a point has to be, in milliseconds, so that there are neither too many of them nor too few flows in each.
 *
 * @param wholeMs the length is a multiple of this. @default a second
 */
export function pointLengthMs(run: { durationMs: number; flows: number }, wholeMs = 1000): number {
  const wantedPoints = Math.min(limits.most, Math.max(limits.least, run.flows / limits.flows))
  const wantedMs = run.durationMs / wantedPoints
  const nice = niceSeconds.map((seconds) => seconds * 1000).find((ms) => ms >= wantedMs && ms % wholeMs === 0)
  return nice ?? Math.ceil(wantedMs / wholeMs) * wholeMs
}

/** To which point a line belongs. It tells of the time before it: the one at 5.0 s belongs to the point that ends there. */
export function pointIndexOf({ atMs, spanMs }: TimelineLine, pointMs: number): number {
  return Math.max(0, Math.ceil((atMs - Math.min(500, spanMs / 2)) / pointMs) - 1)
}
