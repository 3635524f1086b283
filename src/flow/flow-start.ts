import type { FlowRecord, FlowWaits } from './flow-record.ts'

/** The start of a user's flow. Times are milliseconds since the start of the run. */
export type FlowStart = Pick<FlowRecord, 'index' | 'dueMs'> & {
  /** The user's address. */
  wallet: `0x${string}`
  startedMs: number
  /** What the user waited for between its due and its actual start. */
  waits: FlowWaits
  /** How late the generator itself was: the rest of the time between due and actual start. */
  lagMs: number
}
