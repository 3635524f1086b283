import type { Hash } from 'viem'
import type { Clock } from '../../async/clock.ts'
import { type Receipt, readBlock, readReceipt } from '../rpc/chain-reads.ts'
import type { RpcPool, RpcRequestOptions } from '../rpc/rpc.ts'
import { isMalformed } from '../rpc/rpc-error.ts'
import type { BlockFeed } from './block-feed.ts'
import { createReceiptReader } from './receipt-reader.ts'
import type { ReceiptWaiter, ReceiptWaiters } from './receipt-waiters.ts'
import type { SeenBlock } from './seen-block.ts'

/** Settings of {@link MissingReceipts}. */
export type MissingReceiptsOptions = {
  rpc: RpcPool
  feed: BlockFeed
  clock: Clock
  waiters: ReceiptWaiters
  /** Called with each receipt that somebody waits for, and the block that holds it. */
  onReceipt(receipt: Receipt, block: SeenBlock): void
}

/** How often a receipt of another shape is read, one look each, before its waiter is refused. */
const malformedToRefuse = 3

/** The receipts that waiters still need: those of blocks with awaited transactions, and those to ask for by hash. */
export class MissingReceipts {
  readonly #options: MissingReceiptsOptions
  readonly #readReceipts: ReturnType<typeof createReceiptReader>
  /** Blocks with awaited transactions whose receipts are still to be read. */
  readonly #blocks = new Map<Hash, SeenBlock>()
  /** Waiters whose transaction may be in a block before the feed's memory. */
  readonly #unprobed = new Set<ReceiptWaiter>()
  #isReading = false

  constructor(options: MissingReceiptsOptions) {
    this.#options = options
    this.#readReceipts = createReceiptReader(options.rpc)
  }

  get isEmpty(): boolean {
    return this.#blocks.size + this.#unprobed.size === 0
  }

  addBlock(block: SeenBlock): void {
    this.#blocks.set(block.hash, block)
  }

  addWaiter(waiter: ReceiptWaiter): void {
    this.#unprobed.add(waiter)
  }

  removeBlock(hash: Hash): void {
    this.#blocks.delete(hash)
  }

  removeWaiter(waiter: ReceiptWaiter): void {
    this.#unprobed.delete(waiter)
  }

  clearBlocks(): void {
    this.#blocks.clear()
  }

  /** Reads what is missing; what fails stays for the next call. Never rejects. */
  async read(): Promise<void> {
    if (this.#isReading) return
    this.#isReading = true
    try {
      let hasProgressed = true
      while (hasProgressed && !this.isEmpty) {
        hasProgressed = false
        for (const block of [...this.#blocks.values()]) {
          if (await this.#readBlock(block)) hasProgressed = true
        }
        for (const waiter of [...this.#unprobed]) if (await this.probe(waiter)) hasProgressed = true
      }
    } catch {
      // The node could not be asked; waiters have a time-out of their own, and the next look tries again.
    } finally {
      this.#isReading = false
    }
  }

  /**
   * Asks for the receipt of one waiter by hash.
   *
   * @returns whether there was progress: a receipt that can't be read is looked at a few times, and then refused by name
   */
  async probe(waiter: ReceiptWaiter, options?: RpcRequestOptions): Promise<boolean> {
    try {
      for (const hash of waiter.hashes) {
        const receipt = await readReceipt(this.#options.rpc, hash, options)
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

  /** @returns whether there was progress: a node may know a block before its receipts */
  async #readBlock(block: SeenBlock): Promise<boolean> {
    const { waiters, onReceipt } = this.#options
    const wanted = block.transactions.filter((hash) => waiters.has(hash))
    let receipts: Receipt[]
    try {
      receipts = await this.#readReceipts(block, wanted)
    } catch (error) {
      if (!isMalformed(error)) throw error
      // One receipt that can't be read must not keep the others of its block: each is read alone.
      for (const hash of wanted) for (const waiter of waiters.of(hash)) this.#unprobed.add(waiter)
      return this.#blocks.delete(block.hash)
    }
    // Meanwhile a reorganization may have taken the block away.
    if (!this.#blocks.has(block.hash)) return true
    for (const receipt of receipts) onReceipt(receipt, block)
    const asked = new Set(wanted)
    // Somebody may have begun to wait for another transaction of the block in the meantime.
    const hasJoined = block.transactions.some((hash) => waiters.has(hash) && !asked.has(hash))
    return hasJoined || (receipts.length === wanted.length && this.#blocks.delete(block.hash))
  }

  /** A transaction that was mined before the feed's memory, or in a block of it that we did not look for. */
  async #deliverOld(receipt: Receipt): Promise<void> {
    const { rpc, feed, clock, onReceipt } = this.#options
    const known = feed.find(receipt.transactionHash)
    if (known !== undefined) return onReceipt(receipt, known)
    const block = await readBlock(rpc, { hash: receipt.blockHash })
    if (block !== null) onReceipt(receipt, { ...block, seenAtMs: clock.now() })
  }
}
