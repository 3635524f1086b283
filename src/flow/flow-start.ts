import type { FlowRecord, FlowWaits } from './flow-record.ts'

/** The start of a user's flow. Times are milliseconds since the start of the run. */
export type FlowStart = Pick<FlowRecord, 'index' | 'dueMs'> & {
  /** The user's address. */
  wallet: `0x${string}`
  startedMs: number
  /** Waits between the due and the actual start. */
  waits: FlowWaits
  /** Delay by the generator itself: the rest of the time between due and actual start. */
  lagMs: number
}
