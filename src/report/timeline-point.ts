import type { StepName } from '../flow/steps.ts'
import type { OutcomeCounts } from '../results/outcome-counts.ts'

/** A stretch of a run in charts. */
export type TimelinePoint = {
  startMs: number
  /** Observed seconds, for rates. */
  seconds: number
  arrived: number
  /** Most flows in flight at the end of a second. */
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
  /** Use of each component: mean CPU in cores, and busy share and queue of the worst second. */
  components: Record<string, { cpuShare: number | null; busyShare: number | null; queueDepth: number | null }>
  /** Most users waiting for funds. */
  fundingWaiting: number | null
  /** Of the worst second. */
  lagMaxMs: number | null
  eventLoopP99Ms: number
  /** Shares of the time in which the circuit breaker was open, and half-open. */
  breaker: { open: number; halfOpen: number }
  /** Mean share of the due users that could start; 0 while the breaker is open or half-open. */
  admittedShare: number
  /** Rate-limited responses of the target. */
  rateLimits: number
}

/** A run's timeline as points of a chart. */
export type TimelinePoints = { pointMs: number; points: TimelinePoint[] }
