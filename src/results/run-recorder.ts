import { errorCatalog } from '../errors/catalog.ts'
import type { FlowRecord, FlowWaits } from '../flow/flow-record.ts'
import { startLag } from '../flow/start-lag.ts'
import type { StepName } from '../flow/steps.ts'
import type { ComponentUsage } from '../metrics/component-usage.ts'
import { createCounters } from '../metrics/counters.ts'
import { type Distribution, LatencyHistogram } from '../metrics/latency-histogram.ts'
import { noResources, type ResourceSampler } from '../metrics/resources.ts'
import { noRpcCalls, type RpcCalls, type RpcTotals } from '../metrics/rpc-totals.ts'
import type { Redactor } from '../redaction/redact.ts'
import { FlowResults } from './flow-results.ts'
import { createGasTotals } from './gas-totals.ts'
import type { Measurements } from './measurements-schema.ts'
import { createNotableFlows, type NotableFlows } from './notable-flows.ts'
import { type ProtectionState, unprotected } from './protection-state.ts'
import { createSecondRecorder, type FundingState, type SecondRecorder } from './second-recorder.ts'
import type { RunIdentity, RunSnapshot } from './snapshot-schema.ts'
import { createStartWaits } from './start-waits.ts'
import { createStepLatencies } from './step-latencies.ts'
import type { TimelineLine } from './timeline-line.ts'
import { createTransactionLatencies } from './transaction-latencies.ts'
import type { WaitKind } from './wait-kinds.ts'

/** What a recorder needs to know at the start. */
export type RunRecorderOptions = {
  run: RunIdentity
  /** How many users the profile plans. */
  planned: number
  redact: Redactor
  /** RPC calls of the run so far. @default no calls */
  rpcTotals?: (() => RpcTotals) | undefined
  /** RPC calls of the API server so far; `null` when it reports none. @default null */
  apiServerCalls?: (() => RpcCalls | null) | undefined
  /** What the generator uses; `null` when a run is read back rather than run. */
  resources: Pick<ResourceSampler, 'sample' | 'totals'> | null
  /** What the components of the stack use. @default nothing known */
  components?: Pick<ComponentUsage, 'take' | 'totals'> | null | undefined
  /** How the funding of the users' wallets stands; `null` when they need none. @default null */
  funding?: (() => FundingState | null) | undefined
  /** What was spent so far, and the cap on it. @default not known */
  spending?: (() => RunSnapshot['spending']) | undefined
  /** How the target is protected. @default not at all */
  protection?: ProtectionState | undefined
}

/** Takes in what happens in a run, and reports at any time where the run stands. */
export type RunRecorder = {
  /** A user was due. */
  arrived(): void
  /** A flow started. `lagMs` is how late the generator was, `waits` what the user waited for; `null` when not known. */
  started(start: { lagMs: number | null; waits: FlowWaits | null }): void
  /** An arrival ended, in whatever way. */
  ended(record: FlowRecord): void
  /** A user waited so long, in milliseconds, for the funds of its wallet. */
  fundingWaited(ms: number): void
  /** The load profile entered another phase. */
  phase(name: string): void
  /** Counts anything else by name. @default by 1 */
  count(name: string, by?: number): void
  /** Takes in a flow read back from `flows.ndjson`: its arrival, start and end. */
  replay(record: FlowRecord): void
  /** Closes an interval, at milliseconds since the start of the run; to be called once a second. */
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
 * recorder.arrived()
 * recorder.started({ lagMs: 0.4, waits })
 * recorder.ended(record)
 * await folder.appendTimeline(recorder.tick(clock.elapsed()))
 */
export function createRunRecorder(options: RunRecorderOptions): RunRecorder {
  return new Recorder(options)
}

class Recorder implements RunRecorder {
  readonly #options: SettledOptions
  readonly #second: SecondRecorder
  readonly #results: FlowResults
  readonly #notable: NotableFlows
  readonly #lag = new LatencyHistogram()
  readonly #waited = createStartWaits()
  readonly #fundingWait = new LatencyHistogram()
  readonly #steps = createStepLatencies()
  readonly #gas = createGasTotals()
  readonly #transactions = createTransactionLatencies()
  readonly #counters = createCounters()
  #started = 0
  #startedAndEnded = 0
  #phase: string | null = null
  #lastSecond: TimelineLine | null = null

  constructor(options: RunRecorderOptions) {
    const { components = null, rpcTotals = () => noRpcCalls, apiServerCalls = () => null } = options
    const { funding = () => null, spending = () => null, protection = unprotected } = options
    this.#options = { ...options, components, rpcTotals, apiServerCalls, funding, spending, protection }
    this.#second = createSecondRecorder(this.#options)
    this.#results = new FlowResults(options.redact)
    this.#notable = createNotableFlows(options.redact)
  }

  arrived(): void {
    this.#second.arrived()
  }

  started({ lagMs, waits }: { lagMs: number | null; waits: FlowWaits | null }): void {
    this.#started += 1
    this.#second.started(lagMs)
    if (lagMs !== null) this.#lag.record(lagMs)
    if (waits !== null) this.#waited.record(waits)
  }

  ended(record: FlowRecord): void {
    // A user that was not due yet when the run stopped is no event of that second.
    if (!wasNeverDue(record)) this.#second.ended(record)
    if (record.startedMs !== null) this.#startedAndEnded += 1
    this.#results.ended(record)
    this.#steps.record(record)
    if (record.tx !== null) {
      this.#gas.record(record.tx)
      this.#transactions.record(record.tx)
    }
    this.#notable.record(record)
  }

  fundingWaited(ms: number): void {
    this.#fundingWait.record(ms)
    this.#second.fundingWaited(ms)
  }

  phase(name: string): void {
    this.#phase = name
  }

  count(name: string, by?: number): void {
    this.#counters.add(name, by)
  }

  replay(record: FlowRecord): void {
    if (!wasNeverDue(record)) this.arrived()
    if (record.startedMs !== null) this.started({ lagMs: startLag(record), waits: record.waits ?? null })
    this.ended(record)
  }

  tick(nowMs: number): TimelineLine {
    const { protection } = this.#options
    this.#lastSecond = this.#second.take({
      nowMs,
      phase: this.#phase,
      active: this.#started - this.#startedAndEnded,
      breaker: protection.state(),
      admittedShare: protection.admittedShare(),
      rateLimits: protection.rateLimitCount(),
    })
    return this.#lastSecond
  }

  measurements(): Measurements {
    const { planned, rpcTotals, apiServerCalls, resources, funding, protection } = this.#options
    const { clockAheadMs, ...rpc } = rpcTotals()
    const used = resources?.totals() ?? noResources
    const wallets = funding()
    return {
      users: { planned, started: this.#started, ...this.#results.outcomes },
      throughput: this.#results.throughput(),
      latencyMs: {
        ...this.#results.latencies(),
        steps: this.#steps.steps(),
        groups: this.#steps.groups(),
      },
      arrivals: { lagMs: this.#lag.digest(), waits: this.#waited.digests() },
      outcomeReasons: this.#results.reasons(),
      verified: { ...this.#results.verified },
      permissions: this.#gas.permissions(),
      errors: this.#results.errors().map((error) => ({ ...error, hint: hintOf(error.code) })),
      rpc: {
        ...rpc,
        byMethod: { ...rpc.byMethod },
        callsPerFlow: this.#perFlow(rpc.calls),
        apiServer: apiServerCalls(),
      },
      transactions: { ...this.#transactions.digests(), clockAheadMs },
      gas: this.#gas.gas(),
      resources: { ...used, cpuMsPerFlow: this.#perFlow(used.cpuMs) },
      components: this.#components(),
      funding: wallets && { ...wallets, waitMs: this.#fundingWait.digest() },
      ...protection.measurements(),
      counters: this.#counters.read(),
      notableFlows: { slowest: this.#notable.slowest(), unsuccessful: this.#notable.unsuccessful() },
    }
  }

  distributions(boundsMs: readonly number[]): RunDistributions {
    return {
      ...this.#results.distributions(boundsMs),
      lag: this.#lag.distribution(boundsMs),
      waits: this.#waited.distributions(boundsMs),
      steps: this.#steps.distributions(boundsMs),
    }
  }

  snapshot(nowMs: number): RunSnapshot {
    const latest = this.#lastSecond
    const latestSeconds = Math.max(latest?.spanMs ?? 0, 1) / 1000
    return {
      schemaVersion: 1,
      run: this.#options.run,
      elapsedMs: nowMs,
      phase: this.#phase,
      now: {
        active: this.#started - this.#startedAndEnded,
        flowsPerSecond: this.#results.recentPerSecond(nowMs),
        rpcCallsPerSecond: (latest?.rpc.calls ?? 0) / latestSeconds,
        cpuCores: latest?.resources.cpuCores ?? 0,
        rssBytes: latest?.resources.rssBytes ?? 0,
        eventLoopDelayP99Ms: latest?.resources.eventLoopDelayMs.p99 ?? 0,
      },
      spending: this.#options.spending(),
      lastSecond: latest,
      ...this.measurements(),
    }
  }

  #components(): Measurements['components'] {
    const totals = Object.entries(this.#options.components?.totals() ?? {})
    return Object.fromEntries(
      totals.map(([name, used]) => [
        name,
        { ...used, cpuMsPerFlow: used.cpuMs === null ? null : this.#perFlow(used.cpuMs) },
      ]),
    )
  }

  #perFlow(total: number): number | null {
    return this.#startedAndEnded === 0 ? null : total / this.#startedAndEnded
  }
}

/** The options, each with a value. */
type SettledOptions = { [Key in keyof RunRecorderOptions]-?: Exclude<RunRecorderOptions[Key], undefined> }

/** Whether an arrival was dropped before its time: the run was stopped first. */
function wasNeverDue({ outcome, dueMs, endedMs }: FlowRecord): boolean {
  return outcome === 'dropped' && dueMs > endedMs
}

function hintOf(code: string): string {
  return Object.hasOwn(errorCatalog, code) ? errorCatalog[code as keyof typeof errorCatalog].hint : ''
}
