import type { Receipt } from '../rpc/chain-reads.ts'

/** A transaction in a block, with its three times. */
export type MinedTransaction = Receipt & {
  /** When it was submitted, as the waiter said: monotonic milliseconds; `null` if it did not say. */
  submittedAtMs: number | null
  /** When this process first saw the block: monotonic milliseconds, on the timeline of `performance.now()`. */
  seenAtMs: number
  /** The block's own time: seconds since 1970 by the chain's clock, so rounded to a second. */
  blockTimestamp: number
  /** The same on the timeline of `performance.now()`, never after `seenAtMs`: see `BlockFeed.timeOf`. */
  blockAtMs: number
}
