import type { StepName } from '../flow/steps.ts'
import { type LogBuckets, mergeLogBuckets, percentileOfLogBuckets } from '../metrics/log-buckets.ts'
import { noOutcomes, type OutcomeCounts, outcomeKeys } from '../results/outcome-counts.ts'
import type { TimelineLine } from '../results/timeline-line.ts'

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
  const wantedPoints = Math.min(limits.most, Math.max(limits.least, run.flows / limits.flows))
  const wanted = run.durationMs / 1000 / wantedPoints
  const pointMs = (niceSeconds.find((seconds) => seconds >= wanted) ?? Math.ceil(wanted)) * 1000
  const points: TimelinePoint[] = []
  let gathered: TimelineLine[] = []
  let current = 0
  const close = () => {
    if (gathered.length > 0) points.push(addUp(current * pointMs, gathered))
    gathered = []
  }
  for await (const line of lines) {
    // A line tells of the time before it: the one at 5.0 s belongs to the point that ends there.
    const index = Math.max(0, Math.ceil((line.atMs - Math.min(500, line.spanMs / 2)) / pointMs) - 1)
    if (index !== current) close()
    current = index
    gathered.push(line)
  }
  close()
  return { pointMs, points }
}

function addUp(startMs: number, lines: TimelineLine[]): TimelinePoint {
  const sum = (read: (line: TimelineLine) => number) => lines.reduce((total, line) => total + read(line), 0)
  const most = (read: (line: TimelineLine) => number) => Math.max(...lines.map(read))
  const ended = { ...noOutcomes }
  const errors: Record<string, number> = {}
  for (const line of lines) {
    for (const key of outcomeKeys) ended[key] += line.ended[key]
    for (const [code, count] of Object.entries(line.errors)) errors[code] = (errors[code] ?? 0) + count
  }
  const buckets: LogBuckets = mergeLogBuckets(lines.map((line) => line.flowBuckets))
  const seconds = sum((line) => line.spanMs) / 1000
  const lags = lines.flatMap((line) => line.latencyMs.lag.max ?? [])
  return {
    startMs,
    seconds,
    arrived: sum((line) => line.arrived),
    active: most((line) => line.active),
    ended,
    latencyMs: {
      p50: percentileOfLogBuckets(buckets, 50),
      p95: percentileOfLogBuckets(buckets, 95),
      p99: percentileOfLogBuckets(buckets, 99),
    },
    stepMeanMs: stepMeans(lines),
    errors,
    rpcCalls: sum((line) => line.rpc.calls),
    cpuCores: seconds > 0 ? sum((line) => line.resources.cpuCores * line.spanMs) / seconds / 1000 : 0,
    rssBytes: most((line) => line.resources.rssBytes),
    components: componentsOf(lines),
    fundingWaiting: highest(lines.map((line) => line.funding?.waiting ?? null)),
    lagMaxMs: lags.length === 0 ? null : Math.max(...lags),
    eventLoopP99Ms: most((line) => line.resources.eventLoopDelayMs.p99),
    ...protectionOf(lines),
    rateLimits: sum((line) => line.rateLimits),
  }
}

function protectionOf(lines: TimelineLine[]): Pick<TimelinePoint, 'breaker' | 'admittedShare'> {
  const ms = lines.reduce((total, line) => total + line.spanMs, 0)
  const mean = (read: (line: TimelineLine) => number) =>
    ms > 0 ? lines.reduce((total, line) => total + read(line) * line.spanMs, 0) / ms : 0
  const isIn = (state: string) => (line: TimelineLine) => (line.breaker === state ? 1 : 0)
  const breaker = { open: mean(isIn('open')), halfOpen: mean(isIn('half-open')) }
  const keepsAway = (line: TimelineLine) => line.breaker === 'open' || line.breaker === 'half-open'
  return { breaker, admittedShare: ms > 0 ? mean((line) => (keepsAway(line) ? 0 : line.admittedShare)) : 1 }
}

function componentsOf(lines: TimelineLine[]): TimelinePoint['components'] {
  const names = new Set(lines.flatMap((line) => Object.keys(line.components)))
  const of = (name: string) => lines.flatMap((line) => line.components[name] ?? [])
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      {
        cpuShare: meanOf(of(name).map(({ cpuShare }) => cpuShare)),
        busyShare: highest(of(name).map(({ busyShare }) => busyShare)),
        queueDepth: highest(of(name).map(({ queueDepth }) => queueDepth)),
      },
    ]),
  )
}

function highest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : Math.max(...known)
}

function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length
}

/** The mean of each step over several seconds, weighted by how often it completed. */
function stepMeans(lines: TimelineLine[]): Partial<Record<StepName, number>> {
  const sums = new Map<StepName, { count: number; ms: number }>()
  for (const line of lines) {
    for (const [step, second] of Object.entries(line.steps) as [
      StepName,
      TimelineLine['steps'][StepName],
    ][]) {
      if (second === undefined) continue
      const seen = sums.get(step) ?? { count: 0, ms: 0 }
      sums.set(step, { count: seen.count + second.count, ms: seen.ms + second.count * second.meanMs })
    }
  }
  return Object.fromEntries([...sums].map(([step, { count, ms }]) => [step, ms / count]))
}
