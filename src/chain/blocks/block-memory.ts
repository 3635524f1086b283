import type { Hash } from 'viem'
import type { SeenBlock } from './seen-block.ts'

/**
 * The newest blocks of the chain, each the parent of the next, and the transactions in them.
 *
 * @example
 * const memory = new BlockMemory(64)
 * memory.append(block)
 * memory.find(transactionHash) // the block that holds it
 */
export class BlockMemory {
  readonly #keep: number
  /** Oldest first. */
  readonly #chain: SeenBlock[] = []
  readonly #byHash = new Map<Hash, SeenBlock>()
  readonly #byTransaction = new Map<Hash, SeenBlock>()

  /** @param keep blocks to keep, which is also the depth of reorganization that can be followed */
  constructor(keep: number) {
    this.#keep = keep
  }

  /** The newest block. */
  get tip(): SeenBlock | undefined {
    return this.#chain.at(-1)
  }

  get oldest(): SeenBlock | undefined {
    return this.#chain[0]
  }

  /** Whether older blocks have been forgotten. */
  get isFull(): boolean {
    return this.#chain.length >= this.#keep
  }

  has(hash: Hash): boolean {
    return this.#byHash.has(hash)
  }

  /** The block that holds a transaction. */
  find(transaction: Hash): SeenBlock | undefined {
    return this.#byTransaction.get(transaction)
  }

  /** Adds the block that follows the newest one; the oldest is forgotten beyond the limit. */
  append(block: SeenBlock): void {
    this.#chain.push(block)
    this.#byHash.set(block.hash, block)
    for (const hash of block.transactions) this.#byTransaction.set(hash, block)
    while (this.#chain.length > this.#keep) this.#forget(this.#chain.splice(0, 1))
  }

  /**
   * Removes the blocks after one; all of them if that one is not in memory.
   *
   * @returns the removed blocks, newest first
   */
  cutAfter(hash: Hash | undefined): SeenBlock[] {
    const removed = this.#chain.splice(this.#chain.findIndex((block) => block.hash === hash) + 1).reverse()
    this.#forget(removed)
    return removed
  }

  clear(): void {
    this.#forget(this.#chain.splice(0))
  }

  #forget(blocks: readonly SeenBlock[]): void {
    for (const block of blocks) {
      this.#byHash.delete(block.hash)
      for (const hash of block.transactions) {
        if (this.#byTransaction.get(hash) === block) this.#byTransaction.delete(hash)
      }
    }
  }
}
