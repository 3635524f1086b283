import type { Hash } from 'viem'
import { type Clock, systemClock } from '../../async/clock.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { findTransaction, type Receipt, readBlock, readReceipt } from '../rpc/chain-reads.ts'
import type { RpcPool, RpcRequestOptions } from '../rpc/rpc.ts'
import { isMalformed } from '../rpc/rpc-error.ts'
import type { BlockFeed, SeenBlock } from './block-feed.ts'
import { createReceiptReader } from './receipt-reader.ts'

// What other rooms build on: new ReceiptHub({ rpc, feed }).waitForReceipt(hash, options) -> MinedTransaction.

/** A transaction in a block, with the three times of it. */
export type MinedTransaction = Receipt & {
  /** When it was submitted, as the waiter said: monotonic milliseconds; `null` if it did not say. */
  submittedAtMs: number | null
  /** When this process first saw the block: monotonic milliseconds, on the timeline of `performance.now()`. */
  seenAtMs: number
  /** The block's own time: seconds since 1970 by the chain's clock, so with a grain of a second. */
  blockTimestamp: number
  /** The same brought to the timeline of `performance.now()`, never after `seenAtMs`: see `BlockFeed.timeOf`. */
  blockAtMs: number
}

/** Options of {@link ReceiptHub.waitForReceipt}. */
export type WaitForReceiptOptions = {
  /** When the transaction was submitted, `performance.now()`. */
  submittedAtMs?: number
  /** Number of the newest block when the transaction was sent. Without it the hub asks for the receipt once by hash. */
  afterBlock?: number
  /** Milliseconds to wait at most. @default 120_000 */
  timeoutMs?: number
  /** Blocks that must hold the transaction, its own included. @default 1 */
  confirmations?: number
  signal?: AbortSignal | undefined
}

type Waiter = {
  hash: Hash
  /** That one, and those it was replaced by. */
  hashes: Hash[]
  submittedAtMs: number | null
  confirmations: number
  /** How often its receipt had a shape that can't be read. */
  malformed: number
  /** Known to be in this block, with its receipt, and waiting for more confirmations. */
  mined: MinedTransaction | undefined
  resolve(transaction: MinedTransaction): void
  reject(error: unknown): void
}

/** So often is a receipt read that has another shape, a look apart, before its waiter is refused. */
const malformedToRefuse = 3

/** The look before a wait is given up: the waiter has waited long enough. */
const lastLook: RpcRequestOptions = { patienceMs: 3_000 }

/**
 * The one collector of receipts of a process.
 *
 * It listens to the block feed only while somebody waits. Each new block that holds an awaited transaction costs one
 * call (`eth_getBlockReceipts`), however many wait for it; receipts and waiters are joined by hash. A block whose
 * receipts could not be read is read again at the next look, and none is passed over. When a reorganization takes a
 * block away, those who still wait for confirmations wait for the next block with their transaction.
 *
 * @example
 * const hub = new ReceiptHub({ rpc, feed })
 * const { hash, afterBlock, submittedAtMs } = await sendUserTransaction(...)
 * const mined = await hub.waitForReceipt(hash, { afterBlock, submittedAtMs, timeoutMs: 60_000, signal })
 */
export class ReceiptHub {
  readonly #rpc: RpcPool
  readonly #feed: BlockFeed
  readonly #clock: Clock
  readonly #readReceipts: ReturnType<typeof createReceiptReader>
  readonly #waiters = new Set<Waiter>()
  readonly #byHash = new Map<Hash, Set<Waiter>>()
  /** A replaced transaction's new hashes, for waiters who know only the old one. */
  readonly #replacedBy = new Map<Hash, Hash>()
  /** Blocks with awaited transactions whose receipts are still to be read. */
  readonly #unread = new Map<Hash, SeenBlock>()
  /** Waiters whose transaction may lie in a block before the feed's memory. */
  readonly #unprobed = new Set<Waiter>()
  #unsubscribe: (() => void) | undefined
  #reading = false
  /** Why the node could last not be asked. */
  #lastFailure: unknown
  /** Number of the newest block that was told; a jump beyond the next means that some were left out after an idle time. */
  #lastNumber = 0

  constructor({ rpc, feed, clock = systemClock }: { rpc: RpcPool; feed: BlockFeed; clock?: Clock }) {
    this.#rpc = rpc
    this.#feed = feed
    this.#clock = clock
    this.#readReceipts = createReceiptReader(rpc)
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
    let waiter: Waiter | undefined
    let timer: NodeJS.Timeout | undefined
    let onAbort: (() => void) | undefined
    try {
      return await new Promise<MinedTransaction>((resolve, reject) => {
        waiter = {
          ...{ hash, hashes: [], submittedAtMs, confirmations, malformed: 0, mined: undefined },
          resolve,
          reject,
        }
        const joined = waiter
        timer = setTimeout(() => void this.#giveUp(joined, timeoutMs), timeoutMs)
        onAbort = () => reject(signal?.reason)
        signal?.addEventListener('abort', onAbort, { once: true })
        this.#join(joined, afterBlock)
      })
    } finally {
      clearTimeout(timer)
      if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort)
      if (waiter !== undefined) this.#leave(waiter)
    }
  }

  /**
   * Says that a transaction was replaced in the pool: who waits for the old hash gets whichever is mined.
   *
   * @example hub.replace(oldHash, newHash)
   */
  replace(oldHash: Hash, newHash: Hash): void {
    this.#replacedBy.set(oldHash, newHash)
    for (const [from, to] of this.#replacedBy) if (to === oldHash) this.#replacedBy.set(from, newHash)
    for (const waiter of this.#byHash.get(oldHash) ?? []) {
      this.#listen(newHash, waiter)
      // Word of a replacement may come when a block holds it already.
      this.#unprobed.add(waiter)
    }
    void this.#work()
    // Only those sent lately can still be waited for.
    for (const from of this.#replacedBy.keys()) {
      if (this.#replacedBy.size <= 10_000) break
      this.#replacedBy.delete(from)
    }
  }

  /** Ends all waits with `ABORTED` and stops listening. */
  close(): void {
    for (const waiter of this.#waiters) {
      waiter.reject(new LoadTestError('ABORTED', 'The receipt hub was closed.'))
    }
    this.#stop()
  }

  #join(waiter: Waiter, afterBlock: number | undefined): void {
    this.#waiters.add(waiter)
    this.#listen(waiter.hash, waiter)
    const replacement = this.#replacedBy.get(waiter.hash)
    if (replacement !== undefined) this.#listen(replacement, waiter)
    this.#subscribe()
    const block = this.#feed.find(waiter.hash)
    if (block !== undefined) {
      this.#unread.set(block.hash, block)
      void this.#work()
    } else if (afterBlock === undefined || !this.#feed.covers(afterBlock)) {
      this.#unprobed.add(waiter)
      // Look first, then ask: every later block will be told to us, every earlier one is in the answer.
      this.#feed.head({ maxAgeMs: 0 }).then(
        () => void this.#work(),
        () => {},
      )
    }
  }

  #subscribe(): void {
    if (this.#unsubscribe !== undefined) return
    this.#lastNumber = this.#feed.latest()?.number ?? 0
    this.#unsubscribe = this.#feed.subscribe({
      onBlock: (block) => this.#onBlock(block),
      onReorg: (removed) => this.#onReorg(removed),
      onTick: () => void this.#work(),
    })
  }

  #listen(hash: Hash, waiter: Waiter): void {
    waiter.hashes.push(hash)
    const waiters = this.#byHash.get(hash)
    if (waiters === undefined) this.#byHash.set(hash, new Set([waiter]))
    else waiters.add(waiter)
  }

  #leave(waiter: Waiter): void {
    this.#waiters.delete(waiter)
    this.#unprobed.delete(waiter)
    for (const hash of waiter.hashes) {
      const waiters = this.#byHash.get(hash)
      waiters?.delete(waiter)
      if (waiters?.size === 0) this.#byHash.delete(hash)
    }
    if (this.#waiters.size === 0) this.#stop()
  }

  #stop(): void {
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
    this.#unread.clear()
  }

  #onBlock(block: SeenBlock): void {
    if (block.number > this.#lastNumber + 1) {
      for (const waiter of this.#waiters) this.#unprobed.add(waiter)
    }
    this.#lastNumber = block.number
    if (block.transactions.some((hash) => this.#byHash.has(hash))) {
      this.#unread.set(block.hash, block)
    }
    if (this.#unread.size + this.#unprobed.size > 0) void this.#work()
    for (const waiter of this.#waiters) this.#settle(waiter)
  }

  #onReorg(removed: readonly SeenBlock[]): void {
    const gone = new Set(removed.map(({ hash }) => hash))
    for (const hash of gone) this.#unread.delete(hash)
    for (const waiter of this.#waiters) {
      if (waiter.mined !== undefined && gone.has(waiter.mined.blockHash)) waiter.mined = undefined
    }
  }

  /** Reads what is still to be read; what fails stays for the next tick. */
  async #work(): Promise<void> {
    if (this.#reading) return
    this.#reading = true
    try {
      let progressed = true
      while (progressed && (this.#unread.size > 0 || this.#unprobed.size > 0)) {
        progressed = false
        for (const block of [...this.#unread.values()]) if (await this.#readBlock(block)) progressed = true
        for (const waiter of [...this.#unprobed]) if (await this.#probe(waiter)) progressed = true
      }
    } catch (error) {
      // The node could not be asked; waiters have a time-out of their own, and the next tick tries again.
      this.#lastFailure = error
    } finally {
      this.#reading = false
    }
  }

  /** Whether there was progress: a node may know a block before its receipts. */
  async #readBlock(block: SeenBlock): Promise<boolean> {
    const wanted = block.transactions.filter((hash) => this.#byHash.has(hash))
    let receipts: Receipt[]
    try {
      receipts = await this.#readReceipts(block, wanted)
    } catch (error) {
      if (!isMalformed(error)) throw error
      // One receipt that can't be read must not keep the others of its block: each is read alone.
      for (const hash of wanted) for (const waiter of this.#byHash.get(hash) ?? []) this.#unprobed.add(waiter)
      return this.#unread.delete(block.hash)
    }
    // Meanwhile a reorganization may have taken the block away.
    if (!this.#unread.has(block.hash)) return true
    for (const receipt of receipts) this.#deliver(receipt, block)
    const asked = new Set(wanted)
    // Somebody may have begun to wait for another transaction of the block in the meantime.
    const joined = block.transactions.some((hash) => this.#byHash.has(hash) && !asked.has(hash))
    return joined || (receipts.length === wanted.length && this.#unread.delete(block.hash))
  }

  /** Whether there was progress: a receipt that can't be read is looked at a few times, and then refused by name. */
  async #probe(waiter: Waiter, options?: RpcRequestOptions): Promise<boolean> {
    try {
      for (const hash of waiter.hashes) {
        const receipt = await readReceipt(this.#rpc, hash, options)
        if (receipt !== null) await this.#deliverOld(receipt)
      }
    } catch (error) {
      if (!isMalformed(error)) throw error
      waiter.malformed += 1
      if (waiter.malformed < malformedToRefuse) return false
      waiter.reject(error)
    }
    return this.#unprobed.delete(waiter)
  }

  /** A transaction that was mined before the feed's memory, or in a block of it that we did not look for. */
  async #deliverOld(receipt: Receipt): Promise<void> {
    const known = this.#feed.find(receipt.transactionHash)
    const block = known ?? (await readBlock(this.#rpc, { hash: receipt.blockHash }))
    if (block !== null) this.#deliver(receipt, { seenAtMs: this.#clock.now(), ...block })
  }

  #deliver(receipt: Receipt, block: SeenBlock): void {
    for (const waiter of this.#byHash.get(receipt.transactionHash) ?? []) {
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

  #settle(waiter: Waiter): void {
    if (waiter.mined === undefined) return
    // A receipt may be read when its block is no longer the newest.
    const newest = Math.max(this.#lastNumber, waiter.mined.blockNumber)
    if (newest - waiter.mined.blockNumber + 1 < waiter.confirmations) return
    if (waiter.confirmations > 1 && this.#wasTakenBack(waiter.mined)) {
      waiter.mined = undefined
      this.#unprobed.add(waiter)
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

  /** One last look before a wait is given up, so that the error says what the chain knows. */
  async #giveUp(waiter: Waiter, timeoutMs: number): Promise<void> {
    let known: boolean | 'unreachable' = 'unreachable'
    let blockNumber: number | undefined
    try {
      if (waiter.confirmations === 1) await this.#probe(waiter, lastLook)
      const places = await Promise.all(
        waiter.hashes.map((hash) => findTransaction(this.#rpc, hash, lastLook)),
      )
      known = places.some((place) => place !== null)
      blockNumber = places.find((place) => typeof place === 'number')
    } catch (error) {
      this.#lastFailure = error
    }
    const words = {
      unreachable: 'is in no block that we saw, and the chain cannot be asked',
      true: 'is in no block, and still waits in the pool',
      false: 'is in no block, and no node knows it',
    }
    const what =
      blockNumber === undefined
        ? words[`${known}`]
        : `is in block ${blockNumber}, as a node says, and has too few confirmations or no receipt`
    waiter.reject(
      new LoadTestError('TX_NOT_CONFIRMED', `${waiter.hash} ${what}, after ${timeoutMs} ms.`, {
        ...(known === 'unreachable' && { cause: this.#lastFailure }),
        details: { hash: waiter.hash, known },
      }),
    )
  }
}
