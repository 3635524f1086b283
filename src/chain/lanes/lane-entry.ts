import type { Hash } from 'viem'
import type { Sighting } from '../blocks/finality.ts'
import type { SignedTransaction } from '../transactions/broadcast.ts'
import type { FeeQuote } from '../transactions/fees.ts'
import type { TransactionContent } from '../transactions/sign-transaction.ts'
import type { LaneLedger } from './lane-ledger.ts'

/** What became of a transaction that a lane took: once, for replacements as often as they happen, and again after a reorg. */
export type LaneEvent =
  /** The same call was sent again with higher fees: a waiter for `hash` must also watch `newHash`. */
  | { type: 'replaced'; hash: Hash; newHash: Hash }
  /** A block holds it, whatever its status. */
  | { type: 'confirmed'; hash: Hash; blockNumber: number }
  /** It will not be in a block: its nonce went to another transaction, or the chain refused it for good. */
  | { type: 'dropped'; hash: Hash }

/** A transaction that a lane has sent, or may have sent, and that no block holds yet. */
export type LaneEntry = {
  readonly nonce: number
  content: TransactionContent
  signed: SignedTransaction
  fees: FeeQuote
  /** All hashes it ever had; a block may hold any of them. */
  readonly hashes: Hash[]
  /** Whether a node is known to have it; otherwise the same bytes are offered again. */
  accepted: boolean
  /** Newest block when it was sent. */
  readonly sentAtBlock: number
  readonly firstSentAtMs: number
  /** Whether it takes a place in the lane's window; what the lane sends to repair itself does not. */
  holdsPlace: boolean
  /** In which block it was found, kept for a while in case that block goes away. */
  minedIn: Hash | undefined
  /** Since when the chain has counted its nonce though no block with it was seen; `isShown`: at a block that was seen. */
  overtaken: (Sighting & { isShown: boolean }) | undefined
  /** Since when nodes have refused it for a reason that is no passing one. */
  refused: Sighting | undefined
  /** Whether a pool holds another transaction at its nonce that only higher fees displace. */
  outbid: boolean
  /** Those of the lane and of the call. */
  readonly ledger: LaneLedger
  readonly onEvent: ((event: LaneEvent) => void) | undefined
}
