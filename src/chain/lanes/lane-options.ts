import type { Address, Hash, Hex, LocalAccount } from 'viem'
import type { Clock } from '../../async/clock.ts'
import type { ErrorCode } from '../../errors/catalog.ts'
import type { BlockFeed } from '../blocks/block-feed.ts'
import type { RpcPool } from '../rpc/rpc.ts'
import type { FeeQuote, Fees } from '../transactions/fees.ts'
import type { LaneEvent } from './lane-entry.ts'
import type { LaneLedger } from './lane-ledger.ts'

/** Settings of a lane. */
export type LaneOptions = {
  rpc: RpcPool
  feed: BlockFeed
  fees: Fees
  /** The key that pays; nobody else may send with it while the lane is up. */
  account: LocalAccount
  /** Transactions that may be in flight at once. @default 32 */
  maxPending?: number | undefined
  /** Sends that may wait for a place before more are refused with `LANE_BUSY`. @default 1000 */
  maxQueued?: number | undefined
  /** Blocks without progress after which the fees of the transaction at the head of the line are raised. @default 8 */
  stuckAfterBlocks?: number | undefined
  /** The same in milliseconds, for chains that make no blocks while nothing happens. @default 60_000 */
  stuckAfterMs?: number | undefined
  /** Written for all that may cost the key something. @default none */
  ledger?: LaneLedger | undefined
  /** Called when the lane repairs itself, e.g. for a log. */
  onRepair?: ((note: LaneNote) => void) | undefined
  /** @default the process's clock */
  clock?: Clock | undefined
}

/** What a lane did to keep going. */
export type LaneNote = {
  /** `held-up`: fees above the cap, or too little funds, keep it from going on for now. */
  action: 'rebroadcast' | 'replaced' | 'filled-gap' | 'fast-forwarded' | 'passed-over' | 'held-up' | 'gave-up'
  nonce: number
  hash?: Hash | undefined
  reason?: string | undefined
  /** Of the error that holds it up. */
  code?: ErrorCode | undefined
}

/** What to send. */
export type LaneSend = {
  to: Address
  data?: Hex | undefined
  /** Wei. @default 0 */
  value?: bigint | undefined
  /** Gas limit. @default the node's estimate and a tenth */
  gas?: bigint | undefined
  /** Gives up waiting; a transaction that was already signed is still sent and looked after. */
  signal?: AbortSignal | undefined
  /** Written for this call alone, under every hash that it gets; besides those of the lane. @default none */
  ledger?: LaneLedger | undefined
  onEvent?: ((event: LaneEvent) => void) | undefined
}

/** A transaction in flight. */
export type Submission = {
  hash: Hash
  nonce: number
  /** Newest block when it was sent, for `ReceiptHub.waitForReceipt`. */
  afterBlock: number
  /** When the node had taken it, `performance.now()`. */
  submittedAtMs: number
  gas: bigint
  fees: FeeQuote
}

/** How a lane is doing. */
export type LaneStatus = {
  address: Address
  /** The next fresh nonce; `null` before the first use. */
  nextNonce: number | null
  /** Sent and in no block yet. */
  pending: number
  /** Waiting for a place. */
  queued: number
  /** Age of the oldest pending transaction, milliseconds. */
  oldestMs: number
  sent: number
  confirmed: number
  replaced: number
  filledGaps: number
}
