import type { StepName } from '../flow/steps.ts'
import { type LogBuckets, mergeLogBuckets, percentileOfLogBuckets } from '../metrics/log-buckets.ts'
import { noOutcomes, type OutcomeCounts, outcomeKeys } from '../results/outcome-counts.ts'
import type { TimelineLine } from '../results/timeline-line.ts'
import type { TimelinePoint } from './timeline-point.ts'

type ComponentStretch = {
  /** Sum of the shares, and the number of seconds with a share. */
  cpu: { sum: number; count: number }
  busyShare: number | null
  queueDepth: number | null
}

/**
 * Some seconds of a run, in a form that can be joined without loss: sums and worst values, no percentiles and no means. Plain
 * JSON.
 */
export type TimelineStretch = {
  /** Observed time in milliseconds; the weight of the sums below. */
  spanMs: number
  arrived: number
  active: number
  ended: OutcomeCounts
  flowBuckets: LogBuckets
  steps: Partial<Record<StepName, { count: number; sumMs: number }>>
  errors: Record<string, number>
  rpcCalls: number
  /** CPU time of the generator. */
  cpuMs: number
  rssBytes: number
  components: Record<string, ComponentStretch>
  fundingWaiting: number | null
  lagMaxMs: number | null
  eventLoopP99Ms: number
  openMs: number
  halfOpenMs: number
  /** Share of the due users that could start, multiplied by the time. */
  admittedMs: number
  rateLimits: number
}

/** Converts a line of the timeline to a stretch. */
export function stretchOf(line: TimelineLine): TimelineStretch {
  const { spanMs, breaker, resources } = line
  const inState = (state: string) => (breaker === state ? spanMs : 0)
  const keepsAway = breaker === 'open' || breaker === 'half-open'
  return {
    spanMs,
    arrived: line.arrived,
    active: line.active,
    ended: line.ended,
    flowBuckets: line.flowBuckets,
    steps: mapValues(line.steps, (second) => ({
      count: second?.count ?? 0,
      sumMs: (second?.count ?? 0) * (second?.meanMs ?? 0),
    })),
    errors: line.errors,
    rpcCalls: line.rpc.calls,
    cpuMs: resources.cpuCores * spanMs,
    rssBytes: resources.rssBytes,
    components: mapValues(line.components, ({ cpuShare, busyShare, queueDepth }) => ({
      cpu: { sum: cpuShare ?? 0, count: cpuShare === null ? 0 : 1 },
      busyShare,
      queueDepth,
    })),
    fundingWaiting: line.funding?.waiting ?? null,
    lagMaxMs: line.latencyMs.lag.max,
    eventLoopP99Ms: resources.eventLoopDelayMs.p99,
    openMs: inState('open'),
    halfOpenMs: inState('half-open'),
    admittedMs: keepsAway ? 0 : line.admittedShare * spanMs,
    rateLimits: line.rateLimits,
  }
}

/**
 * Joins stretches into the one that their lines would have made together. Adds counts; keeps the worst value of what cannot be
 * added.
 *
 * @param stretches at least one
 */
export function joinStretches(stretches: readonly TimelineStretch[]): TimelineStretch {
  const [only] = stretches
  if (only !== undefined && stretches.length === 1) return only
  const sum = (read: (stretch: TimelineStretch) => number) =>
    stretches.reduce((total, stretch) => total + read(stretch), 0)
  const most = (read: (stretch: TimelineStretch) => number) => Math.max(...stretches.map(read))
  const ended = { ...noOutcomes }
  for (const stretch of stretches) for (const key of outcomeKeys) ended[key] += stretch.ended[key]
  return {
    spanMs: sum(({ spanMs }) => spanMs),
    arrived: sum(({ arrived }) => arrived),
    active: most(({ active }) => active),
    ended,
    flowBuckets: mergeLogBuckets(stretches.map(({ flowBuckets }) => flowBuckets)),
    steps: joinBy(
      stretches.map(({ steps }) => steps),
      (a, b) => ({ count: a.count + b.count, sumMs: a.sumMs + b.sumMs }),
    ),
    errors: joinBy(
      stretches.map(({ errors }) => errors),
      (a, b) => a + b,
    ),
    rpcCalls: sum(({ rpcCalls }) => rpcCalls),
    cpuMs: sum(({ cpuMs }) => cpuMs),
    rssBytes: most(({ rssBytes }) => rssBytes),
    components: joinBy(
      stretches.map(({ components }) => components),
      (a, b) => ({
        cpu: { sum: a.cpu.sum + b.cpu.sum, count: a.cpu.count + b.cpu.count },
        busyShare: highest([a.busyShare, b.busyShare]),
        queueDepth: highest([a.queueDepth, b.queueDepth]),
      }),
    ),
    fundingWaiting: highest(stretches.map(({ fundingWaiting }) => fundingWaiting)),
    lagMaxMs: highest(stretches.map(({ lagMaxMs }) => lagMaxMs)),
    eventLoopP99Ms: most(({ eventLoopP99Ms }) => eventLoopP99Ms),
    openMs: sum(({ openMs }) => openMs),
    halfOpenMs: sum(({ halfOpenMs }) => halfOpenMs),
    admittedMs: sum(({ admittedMs }) => admittedMs),
    rateLimits: sum(({ rateLimits }) => rateLimits),
  }
}

/** Converts a stretch to a point of a chart, with percentiles and means. */
export function pointOf(startMs: number, stretch: TimelineStretch): TimelinePoint {
  const { spanMs, flowBuckets } = stretch
  const mean = (ms: number) => (spanMs > 0 ? ms / spanMs : 0)
  return {
    startMs,
    seconds: spanMs / 1000,
    arrived: stretch.arrived,
    active: stretch.active,
    ended: stretch.ended,
    latencyMs: {
      p50: percentileOfLogBuckets(flowBuckets, 50),
      p95: percentileOfLogBuckets(flowBuckets, 95),
      p99: percentileOfLogBuckets(flowBuckets, 99),
    },
    stepMeanMs: mapValues(stretch.steps, (step) => (step === undefined ? 0 : step.sumMs / step.count)),
    errors: stretch.errors,
    rpcCalls: stretch.rpcCalls,
    cpuCores: mean(stretch.cpuMs),
    rssBytes: stretch.rssBytes,
    components: mapValues(stretch.components, ({ cpu, busyShare, queueDepth }) => ({
      cpuShare: cpu.count === 0 ? null : cpu.sum / cpu.count,
      busyShare,
      queueDepth,
    })),
    fundingWaiting: stretch.fundingWaiting,
    lagMaxMs: stretch.lagMaxMs,
    eventLoopP99Ms: stretch.eventLoopP99Ms,
    breaker: { open: mean(stretch.openMs), halfOpen: mean(stretch.halfOpenMs) },
    admittedShare: spanMs > 0 ? mean(stretch.admittedMs) : 1,
    rateLimits: stretch.rateLimits,
  }
}

function highest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : Math.max(...known)
}

function mapValues<Key extends string, Value, Result>(
  record: Partial<Record<Key, Value>>,
  map: (value: Value) => Result,
): Record<Key, Result> {
  const entries = (Object.entries(record) as [Key, Value][]).map(([key, value]) => [key, map(value)])
  return Object.fromEntries(entries) as Record<Key, Result>
}

/** Joins records name by name. */
function joinBy<Value>(
  records: readonly Partial<Record<string, Value>>[],
  join: (a: Value, b: Value) => Value,
): Record<string, Value> {
  const joined = new Map<string, Value>()
  for (const record of records) {
    for (const [name, value] of Object.entries(record)) {
      if (value === undefined) continue
      const seen = joined.get(name)
      joined.set(name, seen === undefined ? value : join(seen, value))
    }
  }
  return Object.fromEntries(joined)
}
