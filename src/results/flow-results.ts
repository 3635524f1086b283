import type { FlowRecord } from '../flow/flow-record.ts'
import { type Counters, createCounters } from '../metrics/counters.ts'
import { createErrorClasses, type ErrorClass } from '../metrics/error-classes.ts'
import { type Digest, type Distribution, LatencyHistogram } from '../metrics/latency-histogram.ts'
import { createLatencyTrend } from '../metrics/latency-trend.ts'
import { createThroughput } from '../metrics/throughput.ts'
import type { Redactor } from '../redaction/redact.ts'
import type { Measurements } from './measurements-schema.ts'
import { noOutcomes, type OutcomeKey, outcomeKey } from './outcome-counts.ts'

/** Window of the peak throughput, for runs that are longer than that, in seconds. */
const peakWindowSeconds = 10

/** Measures the flows of a run: outcomes, reasons, errors, latency of whole flows and throughput. */
export class FlowResults {
  readonly outcomes = { ...noOutcomes }
  readonly flow = new LatencyHistogram()
  readonly flowFromDue = new LatencyHistogram()
  readonly verified = { proven: 0, refuted: 0, unknown: 0 }
  readonly #redact: Redactor
  /** Durations of flows that started and did not succeed, by outcome. */
  readonly #unsuccessful = new Map<OutcomeKey, LatencyHistogram>()
  readonly #reasons = new Map<string, Counters>()
  readonly #errors = createErrorClasses()
  readonly #throughput = createThroughput()
  readonly #trend = createLatencyTrend()
  #firstDueMs = Number.POSITIVE_INFINITY
  #lastEndMs = 0

  constructor(redact: Redactor) {
    this.#redact = redact
  }

  ended(record: FlowRecord): void {
    this.outcomes[outcomeKey(record.outcome)] += 1
    this.#firstDueMs = Math.min(this.#firstDueMs, record.dueMs)
    this.#lastEndMs = Math.max(this.#lastEndMs, record.endedMs)
    if (record.outcome === 'succeeded') this.#succeeded(record)
    else this.#didNotSucceed(record)
  }

  /** Succeeded flows per second over the last ten whole seconds. */
  recentPerSecond(nowMs: number): number {
    return this.#throughput.recentPerSecond(nowMs, peakWindowSeconds)
  }

  throughput(): Measurements['throughput'] {
    const growth = this.#trend.growth()
    const spanMs = Math.max(0, this.#lastEndMs - this.#firstDueMs)
    const windowSeconds = spanMs > peakWindowSeconds * 1000 ? peakWindowSeconds : 1
    return {
      flowsPerSecond: spanMs > 0 ? (this.outcomes.succeeded * 1000) / spanMs : 0,
      peakFlowsPerSecond: this.#throughput.peakPerSecond(windowSeconds),
      keepsUp: growth === null ? null : 1 / (1 + Math.max(0, growth)),
    }
  }

  latencies(): { flow: Digest; flowFromDue: Digest; unsuccessful: Record<string, Digest> } {
    return {
      flow: this.flow.digest(),
      flowFromDue: this.flowFromDue.digest(),
      unsuccessful: Object.fromEntries([...this.#unsuccessful].map(([key, ms]) => [key, ms.digest()])),
    }
  }

  distributions(boundsMs: readonly number[]): { flow: Distribution; flowFromDue: Distribution } {
    return {
      flow: this.flow.distribution(boundsMs),
      flowFromDue: this.flowFromDue.distribution(boundsMs),
    }
  }

  reasons(): Measurements['outcomeReasons'] {
    return Object.fromEntries([...this.#reasons].map(([outcome, counts]) => [outcome, counts.read()]))
  }

  errors(): ErrorClass[] {
    return this.#errors.list()
  }

  #succeeded(record: FlowRecord): void {
    this.flow.record(record.endedMs - (record.startedMs ?? record.dueMs))
    this.flowFromDue.record(record.endedMs - record.dueMs)
    this.#trend.record(record.dueMs, record.endedMs - record.dueMs)
    this.#throughput.completed(record.endedMs)
    if (record.verified === null) this.verified.unknown += 1
    else if (record.verified) this.verified.proven += 1
    else this.verified.refuted += 1
  }

  #didNotSucceed({ outcome, startedMs, endedMs, droppedBecause, error, index }: FlowRecord): void {
    const key = outcomeKey(outcome)
    if (startedMs !== null) {
      const durations = this.#unsuccessful.get(key) ?? new LatencyHistogram()
      durations.record(endedMs - startedMs)
      this.#unsuccessful.set(key, durations)
    }
    const reasons = this.#reasons.get(key) ?? createCounters()
    reasons.add(this.#redact.text(droppedBecause ?? error?.code ?? 'unknown'))
    this.#reasons.set(key, reasons)
    if (error === null) return
    this.#errors.add({ ...error, message: this.#redact.text(error.message), atMs: endedMs, flow: index })
  }
}
