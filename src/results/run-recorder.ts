import { errorCatalog } from '../errors/catalog.ts'
import type { FlowRecord, FlowWaits } from '../flow/flow-record.ts'
import { startLag } from '../flow/start-lag.ts'
import type { StepName } from '../flow/steps.ts'
import type { ComponentUsage } from '../metrics/component-usage.ts'
import { createCounters } from '../metrics/counters.ts'
import { createErrorClasses } from '../metrics/error-classes.ts'
import { type Distribution, LatencyHistogram } from '../metrics/latency-histogram.ts'
import { createLatencyTrend } from '../metrics/latency-trend.ts'
import { noResources, type ResourceSampler } from '../metrics/resources.ts'
import { noRpcCalls, type RpcCalls, type RpcTotals } from '../metrics/rpc-totals.ts'
import { createThroughput } from '../metrics/throughput.ts'
import type { Redactor } from '../redaction/redact.ts'
import { createGasTotals } from './gas-totals.ts'
import type { Measurements } from './measurements-schema.ts'
import { createNotableFlows } from './notable-flows.ts'
import { noOutcomes, type OutcomeKey, outcomeKey } from './outcome-counts.ts'
import { type ProtectionState, unprotected } from './protection-state.ts'
import { createSecondRecorder, type FundingState } from './second-recorder.ts'
import type { RunIdentity, RunSnapshot } from './snapshot-schema.ts'
import { createStartWaits } from './start-waits.ts'
import { createStepLatencies } from './step-latencies.ts'
import type { TimelineLine } from './timeline-line.ts'
import { createTransactionLatencies } from './transaction-latencies.ts'
import type { WaitKind } from './wait-kinds.ts'

/** Runs longer than this have their peak measured over as long a window, in seconds. */
const peakWindowSeconds = 10

/** What a recorder needs to know at the start. */
export type RunRecorderOptions = {
  run: RunIdentity
  /** How many users the profile plans. */
  planned: number
  redact: Redactor
  /** What was asked of the chain so far. @default no calls */
  rpcTotals?: () => RpcTotals
  /** What the API server asked of the chain so far; `null` when it doesn't tell. @default null */
  apiServerCalls?: () => RpcCalls | null
  /** What the generator uses; `null` when a run is read back rather than run. */
  resources: Pick<ResourceSampler, 'sample' | 'totals'> | null
  /** What the components of the stack use. @default nothing known */
  components?: Pick<ComponentUsage, 'take' | 'totals'> | null
  /** How the funding of the users' wallets stands; `null` when they need none. @default null */
  funding?: () => FundingState | null
  /** What was spent so far, and the cap on it. @default not known */
  spending?: () => RunSnapshot['spending']
  /** How the target is protected. @default not at all */
  protection?: ProtectionState
}

/** Takes in what happens in a run and says at any time where it stands. */
export type RunRecorder = {
  /** A user was due. `lagMs` is how late the generator was, `waits` what the user waited for; `null` when not known. */
  arrived(lagMs: number | null, waits?: FlowWaits | null): void
  /** A flow started. */
  started(): void
  /** An arrival ended, in whatever way. */
  ended(record: FlowRecord): void
  /** Planned users will never be due, because the run was stopped: they count as dropped, for that reason. */
  neverArrived(count: number, reason: string): void
  /** A user who was due got the coin of its wallet, after waiting so long. */
  fundingWaited(ms: number): void
  /** The load profile entered another part. */
  enterPhase(phase: string): void
  /** Counts anything else by name. @default by 1 */
  count(name: string, by?: number): void
  /** Takes in a flow read back from `flows.ndjson`: its arrival, start and end. */
  replay(record: FlowRecord): void
  /** Closes an interval, at milliseconds since the start of the run; call it once a second. */
  tick(nowMs: number): TimelineLine
  /** Everything measured so far. */
  measurements(): Measurements
  /** Where the run stands at milliseconds since its start; plain JSON, about 1 ms of work. */
  snapshot(nowMs: number): RunSnapshot
  /** How long things took, counted by bounds in milliseconds, ascending; about 1 ms of work. */
  distributions(boundsMs: readonly number[]): RunDistributions
}

/** How long things took so far; see `LatencyHistogram.distribution`. */
export type RunDistributions = {
  flow: Distribution
  flowFromDue: Distribution
  lag: Distribution
  /** What users waited for before they started. */
  waits: Record<WaitKind, Distribution>
  steps: Record<StepName, Distribution>
}

/**
 * Makes the recorder of a run.
 *
 * Nothing is kept per flow: memory is the same after a million flows but for one number a second.
 *
 * @example
 * const recorder = createRunRecorder({ run, planned: 1000, redact, resources: startResourceSampler() })
 * recorder.arrived(0.4)
 * recorder.started()
 * recorder.ended(record)
 * await folder.appendTimeline(recorder.tick(clock.now() - startedAt))
 */
export function createRunRecorder(options: RunRecorderOptions): RunRecorder {
  const { run, planned, redact, rpcTotals = () => noRpcCalls, resources, components = null } = options
  const { apiServerCalls = () => null, funding = () => null, protection = unprotected } = options
  const { spending = () => null } = options
  const outcomes = { ...noOutcomes }
  const flowLatency = new LatencyHistogram()
  const flowFromDue = new LatencyHistogram()
  /** Of flows that started and did not succeed; a histogram for each outcome that there is. */
  const unsuccessful = new Map<OutcomeKey, LatencyHistogram>()
  const lag = new LatencyHistogram()
  const waited = createStartWaits()
  const fundingWait = new LatencyHistogram()
  const steps = createStepLatencies()
  const throughput = createThroughput()
  const trend = createLatencyTrend()
  const errors = createErrorClasses()
  const gas = createGasTotals()
  const transactions = createTransactionLatencies()
  const notable = createNotableFlows(redact)
  const counters = createCounters()
  const reasons = new Map<string, ReturnType<typeof createCounters>>()
  const verified = { proven: 0, refuted: 0, unknown: 0 }
  const second = createSecondRecorder({ rpcTotals, resources, components, funding })
  let started = 0
  let startedAndEnded = 0
  let firstDueMs = Number.POSITIVE_INFINITY
  let lastEndMs = 0
  let phase: string | null = null
  let lastSecond: TimelineLine | null = null

  const countReason = (outcome: string, reason: string, by = 1) => {
    const counts = reasons.get(outcome) ?? createCounters()
    counts.add(reason, by)
    reasons.set(outcome, counts)
  }

  const recordSuccess = (record: FlowRecord, startedMs: number) => {
    const durationMs = record.endedMs - startedMs
    flowLatency.record(durationMs)
    flowFromDue.record(record.endedMs - record.dueMs)
    trend.record(record.dueMs, record.endedMs - record.dueMs)
    throughput.completed(record.endedMs)
    second.succeeded(durationMs)
    if (record.verified === null) verified.unknown += 1
    else if (record.verified) verified.proven += 1
    else verified.refuted += 1
  }

  const recordFailure = (record: FlowRecord) => {
    const { error, droppedBecause, startedMs } = record
    if (startedMs !== null) {
      const key = outcomeKey(record.outcome)
      const durations = unsuccessful.get(key) ?? new LatencyHistogram()
      durations.record(record.endedMs - startedMs)
      unsuccessful.set(key, durations)
    }
    countReason(outcomeKey(record.outcome), redact.text(droppedBecause ?? error?.code ?? 'unknown'))
    if (error === null) return
    second.failed(error.code)
    errors.add({ ...error, message: redact.text(error.message), atMs: record.endedMs, flow: record.index })
  }

  const recorder: RunRecorder = {
    arrived(lagMs, waits = null) {
      second.arrived(lagMs)
      if (waits !== null) waited.record(waits)
      if (lagMs !== null) lag.record(lagMs)
    },
    started() {
      started += 1
      second.started()
    },
    ended(record) {
      outcomes[outcomeKey(record.outcome)] += 1
      // Who was not even due when the run stopped is no event of that second.
      if (!wasNeverDue(record)) second.ended(record.outcome)
      firstDueMs = Math.min(firstDueMs, record.dueMs)
      lastEndMs = Math.max(lastEndMs, record.endedMs)
      if (record.startedMs !== null) startedAndEnded += 1
      if (record.outcome === 'succeeded') recordSuccess(record, record.startedMs ?? record.dueMs)
      else recordFailure(record)
      steps.record(record)
      second.steps(record)
      if (record.tx !== null) {
        gas.record(record.tx)
        transactions.record(record.tx)
      }
      notable.record(record)
    },
    neverArrived(count, reason) {
      if (count <= 0) return
      outcomes.dropped += count
      countReason('dropped', redact.text(reason), count)
    },
    fundingWaited(ms) {
      fundingWait.record(ms)
      second.fundingWaited(ms)
    },
    enterPhase(name) {
      phase = name
    },
    count: (name, by) => counters.add(name, by),
    replay(record) {
      if (!wasNeverDue(record)) {
        recorder.arrived(startLag(record), record.waits)
      }
      if (record.startedMs !== null) recorder.started()
      recorder.ended(record)
    },
    tick(nowMs) {
      lastSecond = second.take({
        nowMs,
        phase,
        active: started - startedAndEnded,
        breaker: protection.state(),
        admittedShare: protection.admittedShare(),
        rateLimits: protection.rateLimitCount(),
      })
      return lastSecond
    },
    measurements() {
      const growth = trend.growth()
      const spanMs = Math.max(0, lastEndMs - firstDueMs)
      const perFlow = (total: number) => (startedAndEnded === 0 ? null : total / startedAndEnded)
      const { clockAheadMs, ...rpc } = rpcTotals()
      const used = resources?.totals() ?? noResources
      const wallets = funding()
      return {
        users: { planned, started, ...outcomes },
        throughput: {
          flowsPerSecond: spanMs > 0 ? (outcomes.succeeded * 1000) / spanMs : 0,
          peakFlowsPerSecond: throughput.peakPerSecond(
            spanMs > peakWindowSeconds * 1000 ? peakWindowSeconds : 1,
          ),
          keepsUp: growth === null ? null : 1 / (1 + Math.max(0, growth)),
        },
        latencyMs: {
          flow: flowLatency.digest(),
          flowFromDue: flowFromDue.digest(),
          unsuccessful: Object.fromEntries([...unsuccessful].map(([key, ms]) => [key, ms.digest()])),
          steps: steps.steps(),
          groups: steps.groups(),
        },
        arrivals: { lagMs: lag.digest(), waits: waited.digests() },
        outcomeReasons: Object.fromEntries([...reasons].map(([outcome, counts]) => [outcome, counts.read()])),
        verified: { ...verified },
        permissions: gas.permissions(),
        errors: errors.list().map((error) => ({ ...error, hint: hintOf(error.code) })),
        rpc: {
          ...rpc,
          byMethod: { ...rpc.byMethod },
          callsPerFlow: perFlow(rpc.calls),
          apiServer: apiServerCalls(),
        },
        transactions: { ...transactions.digests(), clockAheadMs },
        gas: gas.gas(),
        resources: { ...used, cpuMsPerFlow: perFlow(used.cpuMs) },
        components: Object.fromEntries(
          Object.entries(components?.totals() ?? {}).map(([name, totals]) => [
            name,
            { ...totals, cpuMsPerFlow: totals.cpuMs === null ? null : perFlow(totals.cpuMs) },
          ]),
        ),
        funding: wallets && { ...wallets, waitMs: fundingWait.digest() },
        ...protection.measurements(),
        counters: counters.read(),
        notableFlows: { slowest: notable.slowest(), unsuccessful: notable.unsuccessful() },
      }
    },
    distributions: (boundsMs) => ({
      flow: flowLatency.distribution(boundsMs),
      flowFromDue: flowFromDue.distribution(boundsMs),
      lag: lag.distribution(boundsMs),
      waits: waited.distributions(boundsMs),
      steps: steps.distributions(boundsMs),
    }),
    snapshot(nowMs) {
      const latest = lastSecond
      const latestSeconds = Math.max(latest?.spanMs ?? 0, 1) / 1000
      return {
        schemaVersion: 1,
        run,
        elapsedMs: nowMs,
        phase,
        now: {
          active: started - startedAndEnded,
          flowsPerSecond: throughput.recentPerSecond(nowMs, peakWindowSeconds),
          rpcCallsPerSecond: (latest?.rpc.calls ?? 0) / latestSeconds,
          cpuCores: latest?.resources.cpuCores ?? 0,
          rssBytes: latest?.resources.rssBytes ?? 0,
          eventLoopDelayP99Ms: latest?.resources.eventLoopDelayMs.p99 ?? 0,
        },
        spending: spending(),
        lastSecond: latest,
        ...recorder.measurements(),
      }
    },
  }
  return recorder
}

/** Whether an arrival was dropped before its time: the run was stopped first. */
function wasNeverDue({ outcome, dueMs, endedMs }: FlowRecord): boolean {
  return outcome === 'dropped' && dueMs > endedMs
}

function hintOf(code: string): string {
  return Object.hasOwn(errorCatalog, code) ? errorCatalog[code as keyof typeof errorCatalog].hint : ''
}
