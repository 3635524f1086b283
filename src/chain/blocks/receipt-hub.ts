import type { Hash } from 'viem'
import { type Clock, systemClock } from '../../async/clock.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import type { Receipt } from '../rpc/chain-reads.ts'
import type { RpcPool, RpcRequestOptions } from '../rpc/rpc.ts'
import type { BlockFeed } from './block-feed.ts'
import type { MinedTransaction } from './mined-transaction.ts'
import { MissingReceipts } from './missing-receipts.ts'
import { findPlace, notConfirmed, type TransactionPlace } from './not-confirmed.ts'
import { type ReceiptWaiter, ReceiptWaiters } from './receipt-waiters.ts'
import type { SeenBlock } from './seen-block.ts'

// What other rooms build on: new ReceiptHub({ rpc, feed }).waitForReceipt(hash, options) -> MinedTransaction.

/** Options of {@link ReceiptHub.waitForReceipt}. */
export type WaitForReceiptOptions = {
  /** When the transaction was submitted, `performance.now()`. */
  submittedAtMs?: number | undefined
  /** Number of the newest block when the transaction was sent. Without it the hub asks for the receipt once by hash. */
  afterBlock?: number | undefined
  /** Milliseconds to wait at most. @default 120_000 */
  timeoutMs?: number | undefined
  /** Blocks that must hold the transaction, its own included. @default 1 */
  confirmations?: number | undefined
  signal?: AbortSignal | undefined
}

/** The look before a wait is given up: the waiter has waited long enough. */
const lastLook: RpcRequestOptions = { patienceMs: 3_000 }

/**
 * The one collector of receipts of a process.
 *
 * It listens to the block feed only while somebody waits. Each new block that holds an awaited transaction costs one
 * call (`eth_getBlockReceipts`), however many wait for it; receipts and waiters are joined by hash. A block whose
 * receipts could not be read is read again at the next look, and none is passed over. When a reorganization removes a
 * block, waiters for more confirmations wait for the next block with their transaction.
 *
 * @example
 * const hub = new ReceiptHub({ rpc, feed })
 * const { hash, afterBlock, submittedAtMs } = await sendUserTransaction(...)
 * const mined = await hub.waitForReceipt(hash, { afterBlock, submittedAtMs, timeoutMs: 60_000, signal })
 */
export class ReceiptHub {
  readonly #rpc: RpcPool
  readonly #feed: BlockFeed
  readonly #waiters = new ReceiptWaiters()
  readonly #missing: MissingReceipts
  #unsubscribe: (() => void) | undefined
  /** Number of the newest block that was seen; a jump beyond the next means that some were left out after an idle time. */
  #lastNumber = 0

  constructor({
    rpc,
    feed,
    clock = systemClock,
  }: { rpc: RpcPool; feed: BlockFeed; clock?: Clock | undefined }) {
    this.#rpc = rpc
    this.#feed = feed
    const onReceipt = (receipt: Receipt, block: SeenBlock): void => this.#deliver(receipt, block)
    this.#missing = new MissingReceipts({ rpc, feed, clock, waiters: this.#waiters, onReceipt })
  }

  /** How many wait at present. */
  get pending(): number {
    return this.#waiters.size
  }

  /**
   * Waits until a transaction is in a block, whatever its status: a reverted one resolves too.
   *
   * @throws LoadTestError `TX_NOT_CONFIRMED` after the time-out, with `details.known` telling whether a node still has
   * it; `CHAIN_RPC_ERROR` for a receipt that can't be read; the signal's reason; `ABORTED` when the hub is closed.
   */
  async waitForReceipt(hash: Hash, options: WaitForReceiptOptions = {}): Promise<MinedTransaction> {
    const { submittedAtMs = null, afterBlock, timeoutMs = 120_000, confirmations = 1, signal } = options
    signal?.throwIfAborted()
    let stop = (): void => {}
    try {
      return await new Promise<MinedTransaction>((resolve, reject) => {
        const waiter: ReceiptWaiter = {
          hash,
          hashes: [],
          submittedAtMs,
          confirmations,
          malformed: 0,
          mined: undefined,
          resolve,
          reject,
        }
        const timer = setTimeout(() => void this.#giveUp(waiter, timeoutMs), timeoutMs)
        const onAbort = (): void => reject(signal?.reason)
        signal?.addEventListener('abort', onAbort, { once: true })
        stop = () => {
          clearTimeout(timer)
          signal?.removeEventListener('abort', onAbort)
          this.#leave(waiter)
        }
        this.#join(waiter, afterBlock)
      })
    } finally {
      stop()
    }
  }

  /**
   * Links a transaction that was replaced in the pool to its replacement: waiters for the old hash get whichever is mined.
   *
   * @example hub.replace(oldHash, newHash)
   */
  replace(oldHash: Hash, newHash: Hash): void {
    // The news of a replacement may come when a block holds it already.
    for (const waiter of this.#waiters.replace(oldHash, newHash)) this.#missing.addWaiter(waiter)
    void this.#missing.read()
  }

  /** Ends all waits with `ABORTED` and stops listening. */
  close(): void {
    for (const waiter of this.#waiters) {
      waiter.reject(new LoadTestError('ABORTED', 'The receipt hub was closed.'))
    }
    this.#stop()
  }

  #join(waiter: ReceiptWaiter, afterBlock: number | undefined): void {
    this.#waiters.add(waiter)
    this.#subscribe()
    const block = this.#feed.find(waiter.hash)
    if (block !== undefined) {
      this.#missing.addBlock(block)
      void this.#missing.read()
    } else if (afterBlock === undefined || !this.#feed.covers(afterBlock)) {
      this.#missing.addWaiter(waiter)
      // Look first, then ask: the feed reports every later block, and the answer has every earlier one.
      this.#feed.head({ maxAgeMs: 0 }).then(
        () => void this.#missing.read(),
        () => {},
      )
    }
  }

  #leave(waiter: ReceiptWaiter): void {
    this.#waiters.remove(waiter)
    this.#missing.removeWaiter(waiter)
    if (this.#waiters.size === 0) this.#stop()
  }

  #subscribe(): void {
    if (this.#unsubscribe !== undefined) return
    this.#lastNumber = this.#feed.latest()?.number ?? 0
    this.#unsubscribe = this.#feed.subscribe({
      onBlock: (block) => this.#onBlock(block),
      onReorg: (removed) => this.#onReorg(removed),
      onTick: () => void this.#missing.read(),
    })
  }

  #stop(): void {
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
    this.#missing.clearBlocks()
  }

  #onBlock(block: SeenBlock): void {
    if (block.number > this.#lastNumber + 1) {
      for (const waiter of this.#waiters) this.#missing.addWaiter(waiter)
    }
    this.#lastNumber = block.number
    if (block.transactions.some((hash) => this.#waiters.has(hash))) this.#missing.addBlock(block)
    void this.#missing.read()
    for (const waiter of this.#waiters) this.#settle(waiter)
  }

  #onReorg(removed: readonly SeenBlock[]): void {
    const gone = new Set(removed.map(({ hash }) => hash))
    for (const hash of gone) this.#missing.removeBlock(hash)
    for (const waiter of this.#waiters) {
      if (waiter.mined !== undefined && gone.has(waiter.mined.blockHash)) waiter.mined = undefined
    }
  }

  #deliver(receipt: Receipt, block: SeenBlock): void {
    for (const waiter of this.#waiters.of(receipt.transactionHash)) {
      waiter.mined = {
        ...receipt,
        submittedAtMs: waiter.submittedAtMs,
        seenAtMs: block.seenAtMs,
        blockTimestamp: block.timestamp,
        blockAtMs: this.#feed.timeOf(block),
      }
      this.#settle(waiter)
    }
  }

  #settle(waiter: ReceiptWaiter): void {
    if (waiter.mined === undefined) return
    // A receipt may be read when its block is no longer the newest.
    const newest = Math.max(this.#lastNumber, waiter.mined.blockNumber)
    if (newest - waiter.mined.blockNumber + 1 < waiter.confirmations) return
    if (waiter.confirmations > 1 && this.#wasTakenBack(waiter.mined)) {
      waiter.mined = undefined
      this.#missing.addWaiter(waiter)
      return
    }
    waiter.resolve(waiter.mined)
  }

  /** Whether the feed has another block in the place of a transaction's: its receipt came from a node that lags behind. */
  #wasTakenBack({ transactionHash, blockHash, blockNumber }: MinedTransaction): boolean {
    const newest = this.#feed.latest()?.number ?? 0
    if (newest < blockNumber || !this.#feed.covers(blockNumber - 1)) return false
    return this.#feed.find(transactionHash)?.hash !== blockHash
  }

  /** Ends a wait after one last look, so that the error says what the chain knows. */
  async #giveUp(waiter: ReceiptWaiter, timeoutMs: number): Promise<void> {
    let place: TransactionPlace
    try {
      if (waiter.confirmations === 1) await this.#missing.probe(waiter, lastLook)
      place = await findPlace(this.#rpc, waiter.hashes, lastLook)
    } catch (failure) {
      place = { known: 'unreachable', failure }
    }
    waiter.reject(notConfirmed(waiter.hash, place, timeoutMs))
  }
}
