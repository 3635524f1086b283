import type { ErrorCode } from '../errors/catalog.ts'
import type { StepName } from './steps.ts'

/** Outcome of a flow. Every arrival has exactly one. */
export const outcomes = ['succeeded', 'failed', 'timed-out', 'aborted', 'dropped', 'degraded'] as const

/** Outcome of a flow. */
export type Outcome = (typeof outcomes)[number]

/** Error of a flow, without secrets. */
export type FlowError = {
  code: ErrorCode
  /** The step that failed; `null` if no step had started. */
  step: StepName | null
  message: string
  retriable: boolean
}

/**
 * Times in the life of a transaction, in milliseconds since the start of the run by this machine's monotonic clock; `null` for
 * what did not happen.
 */
export type TransactionTimes = {
  /** Start of sending. */
  sentMs: number
  /** A node had accepted it; with a relayer, the relayer had reported this. */
  acceptedMs: number
  /** Time of its block, limited to the times before and after it, since the chain's clock differs and counts whole seconds. */
  blockMs: number | null
  /** This process first saw the block. */
  seenMs: number | null
  /** Timestamp of the block, in seconds since 1970. */
  blockTimestamp: number | null
}

/** A flow's transaction. */
export type FlowTransaction = {
  hash: `0x${string}`
  /** Decimal string. */
  permissionId: string | null
  blockNumber: number | null
  gasUsed: number | null
  /** Effective price per gas, in wei; a decimal string in files. */
  gasPriceWei: bigint | null
  /** `null` if it is not known to have been accepted. */
  times: TransactionTimes | null
}

/** Waits of a user between its due and its actual start, in milliseconds. The rest of that time is lag. */
export type FlowWaits = {
  /** For a slot of the concurrency. */
  placeMs: number
  /** For the protection of the target: a breaker, or a pace that follows its limits. */
  gateMs: number
  /** For the funds of its wallet. */
  fundingMs: number
}

/** One line of `flows.ndjson`: the outcome of one arrival. Times are milliseconds since the start of the run. */
export type FlowRecord = {
  /** The arrival's number, from 0. */
  index: number
  /** The user's address; `null` for an arrival that was dropped before its wallet was derived. */
  wallet: `0x${string}` | null
  dueMs: number
  /** `null` for an arrival that never started. */
  startedMs: number | null
  /** Absent for an arrival that never started, and in runs of earlier versions. */
  waits?: FlowWaits | undefined
  endedMs: number
  outcome: Outcome
  /** Duration of each started step, in milliseconds. */
  steps: Partial<Record<StepName, number>>
  tx: FlowTransaction | null
  /** Whether the answer proved that the server read exactly the user's data; `null` if the target gives no proof. */
  verified: boolean | null
  error: FlowError | null
  /** Why an arrival was dropped. */
  droppedBecause: string | null
}
