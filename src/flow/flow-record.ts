import type { ErrorCode } from '../errors/catalog.ts'
import type { StepName } from './steps.ts'

/** How a flow ended; every arrival ends in exactly one of these. */
export const outcomes = ['succeeded', 'failed', 'timed-out', 'aborted', 'dropped', 'degraded'] as const

/** How a flow ended. */
export type Outcome = (typeof outcomes)[number]

/** What went wrong in a flow, free of secrets. */
export type FlowError = {
  code: ErrorCode
  /** The step that failed; `null` when the flow never began one. */
  step: StepName | null
  message: string
  retriable: boolean
}

/**
 * When a transaction was where. Milliseconds since the start of the run, all by this machine's monotonic clock; `null`
 * where it did not come to that.
 */
export type TransactionTimes = {
  /** Sending it began. */
  sentMs: number
  /** A node had taken it; with a relayer, the relayer had said so. */
  acceptedMs: number
  /** Its block's own time, held between the two around it: the chain's clock is another, and has a grain of a second. */
  blockMs: number | null
  /** This process first saw the block. */
  seenMs: number | null
  /** The block's time as the block has it, in seconds since 1970. */
  blockTimestamp: number | null
}

/** What is known about the flow's transaction. */
export type FlowTransaction = {
  hash: `0x${string}`
  /** Decimal string. */
  permissionId: string | null
  blockNumber: number | null
  gasUsed: number | null
  /** Effective price per gas in wei, decimal string. */
  gasPriceWei: string | null
  /** `null` when it is not known that it was accepted. */
  times: TransactionTimes | null
}

/** What a user waited for between its due and its actual start, in milliseconds; the rest of that time is lag. */
export type FlowWaits = {
  /** One of the places for flows in flight. */
  placeMs: number
  /** Protection of the target: a breaker, or a pace that follows its limits. */
  gateMs: number
  /** The funds of its wallet. */
  fundingMs: number
}

/** One line of `flows.ndjson`: what became of one arrival. Times are milliseconds since the start of the run. */
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
  /** Duration of each step that began, in milliseconds. */
  steps: Partial<Record<StepName, number>>
  tx: FlowTransaction | null
  /** Whether the answer proved that the server read exactly the user's data; `null` when the target gives no proof. */
  verified: boolean | null
  error: FlowError | null
  /** Why an arrival was dropped. */
  droppedBecause: string | null
}
