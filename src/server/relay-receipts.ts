import type { Hash } from 'viem'
import type { BlockFeed } from '../chain/blocks/block-feed.ts'
import { createReceiptReader } from '../chain/blocks/receipt-reader.ts'
import type { SeenBlock } from '../chain/blocks/seen-block.ts'
import { type Receipt, readReceipt } from '../chain/rpc/chain-reads.ts'
import type { RpcPool } from '../chain/rpc/rpc.ts'

/** Settings of {@link RelayReceipts}. */
export type RelayReceiptsOptions = {
  rpc: RpcPool
  feed: BlockFeed
  /** Called with the receipt of each transaction in a block; again after a reorganization. */
  onReceipt(receipt: Receipt): void
}

/** The receipts of mined transactions of a relay's lanes that are still to be read: one call for each block. */
export class RelayReceipts {
  readonly #options: RelayReceiptsOptions
  readonly #readReceipts: ReturnType<typeof createReceiptReader>
  readonly #unread = new Set<Hash>()
  #isReading = false

  constructor(options: RelayReceiptsOptions) {
    this.#options = options
    this.#readReceipts = createReceiptReader(options.rpc)
  }

  /** A block holds the transaction. */
  add(hash: Hash): void {
    this.#unread.add(hash)
  }

  /** Reads what is missing; what can't be read yet stays for the next call. Never rejects. */
  async read(): Promise<void> {
    if (this.#isReading) return
    this.#isReading = true
    try {
      for (const [block, hashes] of this.#byBlock()) {
        if (block === undefined) await this.#readOld(hashes)
        else await this.#readBlock(block, hashes)
      }
    } catch {
      // The node could not be asked; the next look does it again.
    } finally {
      this.#isReading = false
    }
  }

  async #readBlock(block: SeenBlock, hashes: readonly Hash[]): Promise<void> {
    const { feed } = this.#options
    for (const receipt of await this.#readReceipts(block, hashes)) {
      // Meanwhile a reorganization may have taken the block away.
      if (feed.find(receipt.transactionHash)?.hash === receipt.blockHash) this.#deliver(receipt)
    }
  }

  /** Reads the receipts of transactions in blocks before the feed's memory. */
  async #readOld(hashes: readonly Hash[]): Promise<void> {
    const { rpc } = this.#options
    for (const receipt of await Promise.all(hashes.map((hash) => readReceipt(rpc, hash)))) {
      if (receipt !== null) this.#deliver(receipt)
    }
  }

  #deliver(receipt: Receipt): void {
    this.#unread.delete(receipt.transactionHash)
    this.#options.onReceipt(receipt)
  }

  /** Those in a block before the feed's memory are under `undefined`. */
  #byBlock(): Map<SeenBlock | undefined, Hash[]> {
    const blocks = new Map<SeenBlock | undefined, Hash[]>()
    for (const hash of this.#unread) {
      const block = this.#options.feed.find(hash)
      blocks.set(block, [...(blocks.get(block) ?? []), hash])
    }
    return blocks
  }
}
