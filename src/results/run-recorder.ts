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

/** Options of a recorder. */
export type RunRecorderOptions = {
  run: RunIdentity
  /** Number of users in the profile. */
  planned: number
  redact: Redactor
  /** RPC calls of the run so far. @default no calls */
  rpcTotals?: (() => RpcTotals) | undefined
  /** RPC calls of the API server so far; `null` if it reports none. @default null */
  apiServerCalls?: (() => RpcCalls | null) | undefined
  /** Resources of the generator; `null` if a run is read back. */
  resources: Pick<ResourceSampler, 'sample' | 'totals'> | null
  /** Resources of the components of the stack. @default unknown */
  components?: Pick<ComponentUsage, 'take' | 'totals'> | null | undefined
  /** State of the funding of the users' wallets; `null` if they need none. @default null */
  funding?: (() => FundingState | null) | undefined
  /** Spending so far and its cap. @default unknown */
  spending?: (() => RunSnapshot['spending']) | undefined
  /** State of the target's protection. @default none */
  protection?: ProtectionState | undefined
}

/** Records the events of a run and reports its current state at any time. */
export type RunRecorder = {
  /** Records that a user was due. */
  arrived(): void
  /** Records the start of a flow, with the generator's lag and the user's waits; `null` if unknown. */
  started(start: { lagMs: number | null; waits: FlowWaits | null }): void
  /** Records the end of an arrival, whatever its outcome. */
  ended(record: FlowRecord): void
  /** Records how long a user waited for the funds of its wallet, in milliseconds. */
  fundingWaited(ms: number): void
  /** Records that the load profile entered another phase. */
  phase(name: string): void
  /** Counts anything else by name. @default by 1 */
  count(name: string, by?: number): void
  /** Records a flow read from `flows.ndjson`: its arrival, start and end. */
  replay(record: FlowRecord): void
  /** Closes an interval, at milliseconds since the start of the run. Call it once a second. */
  tick(nowMs: number): TimelineLine
  /** Everything measured so far. */
  measurements(): Measurements
  /** Returns the state of the run at milliseconds since its start, as plain JSON. Takes about 1 ms. */
  snapshot(nowMs: number): RunSnapshot
  /** Returns the distribution of durations by ascending bounds in milliseconds. Takes about 1 ms. */
  distributions(boundsMs: readonly number[]): RunDistributions
}

/** Distributions of durations so far; see `LatencyHistogram.distribution`. */
export type RunDistributions = {
  flow: Distribution
  flowFromDue: Distribution
  lag: Distribution
  /** Waits of users before they started. */
  waits: Record<WaitKind, Distribution>
  steps: Record<StepName, Distribution>
}

/**
 * Makes the recorder of a run.
 *
 * Keeps no data per flow: after a million flows, memory has grown only by one number per second.
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
    // A user who was not due yet when the run stopped is not an event of that second.
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

/** Options with defaults filled in. */
type SettledOptions = { [Key in keyof RunRecorderOptions]-?: Exclude<RunRecorderOptions[Key], undefined> }

/** Returns whether an arrival was dropped before it was due, because the run stopped. */
function wasNeverDue({ outcome, dueMs, endedMs }: FlowRecord): boolean {
  return outcome === 'dropped' && dueMs > endedMs
}

function hintOf(code: string): string {
  return Object.hasOwn(errorCatalog, code) ? errorCatalog[code as keyof typeof errorCatalog].hint : ''
}
