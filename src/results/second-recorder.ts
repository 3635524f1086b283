import type { FlowRecord } from '../flow/flow-record.ts'
import type { ComponentUsage } from '../metrics/component-usage.ts'
import { createCounters } from '../metrics/counters.ts'
import { LatencyHistogram } from '../metrics/latency-histogram.ts'
import { createLogBucketCollector } from '../metrics/log-buckets.ts'
import type { ResourceSample, ResourceSampler } from '../metrics/resources.ts'
import type { RpcTotals } from '../metrics/rpc-totals.ts'
import { completedSteps } from './completed-steps.ts'
import type { Measurements } from './measurements-schema.ts'
import { noOutcomes, outcomeKey } from './outcome-counts.ts'
import type { TimelineLine } from './timeline-line.ts'

/** State of the funding of the users' wallets. */
export type FundingState = Omit<NonNullable<Measurements['funding']>, 'waitMs'>

/** Collects the events between two lines of the timeline. */
export type SecondRecorder = {
  arrived(): void
  started(lagMs: number | null): void
  ended(record: FlowRecord): void
  /** Records that a user's wallet had its funds after this wait. */
  fundingWaited(ms: number): void
  /** Closes the interval and starts the next; `rateLimits` are those of the run so far. */
  take(
    at: Pick<TimelineLine, 'phase' | 'active' | 'breaker' | 'admittedShare'> & {
      nowMs: number
      rateLimits: number
    },
  ): TimelineLine
}

/** Starts an empty interval. */
export function createSecondRecorder(options: {
  rpcTotals: () => RpcTotals
  resources: Pick<ResourceSampler, 'sample'> | null
  components: Pick<ComponentUsage, 'take'> | null
  funding: () => FundingState | null
}): SecondRecorder {
  const { rpcTotals, resources, components, funding } = options
  const flow = new LatencyHistogram()
  const lag = new LatencyHistogram()
  const buckets = createLogBucketCollector()
  const errors = createCounters()
  let steps = new Map<string, { count: number; sumMs: number; maxMs: number }>()
  let ended = { ...noOutcomes }
  let arrived = 0
  let started = 0
  let lastMs = 0
  let lastRpc = { calls: 0, failed: 0 }
  let lastRateLimits = 0
  let longestWaitMs: number | null = null

  return {
    arrived() {
      arrived += 1
    },
    started(lagMs) {
      started += 1
      if (lagMs !== null) lag.record(lagMs)
    },
    fundingWaited(ms) {
      longestWaitMs = Math.max(longestWaitMs ?? 0, ms)
    },
    ended(record) {
      const { outcome, startedMs, dueMs, endedMs, error } = record
      ended[outcomeKey(outcome)] += 1
      if (outcome === 'succeeded') {
        flow.record(endedMs - (startedMs ?? dueMs))
        buckets.record(endedMs - (startedMs ?? dueMs))
      } else if (error !== null) errors.add(error.code)
      for (const [step, ms] of completedSteps(record)) {
        const seen = steps.get(step) ?? { count: 0, sumMs: 0, maxMs: 0 }
        steps.set(step, {
          count: seen.count + 1,
          sumMs: seen.sumMs + ms,
          maxMs: Math.max(seen.maxMs, ms),
        })
      }
    },
    take({ nowMs, phase, active, breaker, admittedShare, rateLimits }) {
      const { calls, failed } = rpcTotals()
      const { cpuMs: _total, ...used } = resources?.sample() ?? nothingUsed
      const wallets = funding()
      const line: TimelineLine = {
        atMs: nowMs,
        spanMs: Math.max(0, nowMs - lastMs),
        phase,
        arrived,
        started,
        active,
        ended,
        latencyMs: { flow: flow.digest(), lag: lag.digest() },
        flowBuckets: buckets.take(),
        steps: Object.fromEntries([...steps].map(([step, seen]) => [step, meanOf(seen)])),
        errors: errors.take(),
        rpc: { calls: calls - lastRpc.calls, failed: failed - lastRpc.failed },
        resources: used,
        components: components?.take() ?? {},
        funding: wallets && { ready: wallets.ready, waiting: wallets.waiting, longestWaitMs },
        breaker,
        admittedShare,
        rateLimits: rateLimits - lastRateLimits,
      }
      flow.reset()
      lag.reset()
      steps = new Map()
      ended = { ...noOutcomes }
      arrived = 0
      started = 0
      longestWaitMs = null
      lastMs = nowMs
      lastRpc = { calls, failed }
      lastRateLimits = rateLimits
      return line
    },
  }
}

const nothingUsed: ResourceSample = {
  cpuMs: 0,
  cpuCores: 0,
  machineShare: null,
  rssBytes: 0,
  heapUsedBytes: 0,
  eventLoopDelayMs: { mean: 0, p50: 0, p99: 0, max: 0 },
}

function meanOf({ count, sumMs, maxMs }: { count: number; sumMs: number; maxMs: number }) {
  return { count, meanMs: microseconds(sumMs / count), maxMs: microseconds(maxMs) }
}

/** Rounds milliseconds to three decimals, to keep the file small. */
function microseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
