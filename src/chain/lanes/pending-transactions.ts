import type { Hash } from 'viem'
import type { SeenBlock } from '../blocks/seen-block.ts'
import type { LaneEntry, LaneEvent } from './lane-entry.ts'
import type { NonceAllocator } from './nonce-allocator.ts'

/** What a {@link PendingTransactions} stands on. */
export type PendingTransactionsOptions = {
  nonces(): NonceAllocator | undefined
  /** The block in memory that holds a transaction. */
  findBlock(transaction: Hash): SeenBlock | undefined
  onSettled(entry: LaneEntry, event: LaneEvent): void
}

/** How many mined transactions are kept in case their block goes away; more than any reorganization that is followed. */
const minedKept = 256

/**
 * The transactions of one lane that are pending, and those that were mined lately: blocks settle them, and
 * reorganizations bring them back.
 *
 * @example
 * const pending = new PendingTransactions({ nonces: () => nonces, findBlock: feed.find, onSettled: (entry, event) => ... })
 * feed.subscribe({ onBlock: (block) => pending.onBlock(block), onReorg: (removed) => pending.onReorg(removed) })
 */
export class PendingTransactions {
  /** Sent, or perhaps sent, and in no block that was seen; by nonce. */
  readonly byNonce = new Map<number, LaneEntry>()
  readonly #mined = new Map<number, LaneEntry>()
  readonly #options: PendingTransactionsOptions

  constructor(options: PendingTransactionsOptions) {
    this.#options = options
  }

  /** Begins to look after a transaction. */
  add(entry: LaneEntry): void {
    this.#options.nonces()?.submit(entry.nonce)
    this.byNonce.set(entry.nonce, entry)
    // With automatic mining the block may be here before the answer to the send.
    const block = this.#options.findBlock(entry.signed.hash)
    if (block !== undefined) this.#confirmIn(block, entry)
  }

  /** A new block of the chain. */
  onBlock(block: SeenBlock): void {
    const { findBlock } = this.#options
    const mined = [...this.byNonce.values()]
      .filter(({ hashes }) => hashes.some((hash) => findBlock(hash)?.hash === block.hash))
      .sort((a, b) => a.nonce - b.nonce)
    for (const entry of mined) this.#confirmIn(block, entry)
  }

  /** Blocks that are no longer of the chain: what they held is pending again, and no node is known to have it. */
  onReorg(removed: readonly SeenBlock[]): void {
    const gone = new Set(removed.map(({ hash }) => hash))
    for (const [nonce, entry] of this.#mined) {
      if (entry.minedIn === undefined || !gone.has(entry.minedIn)) continue
      this.#options.nonces()?.reopen(nonce)
      this.#takeBack(entry)
    }
  }

  /** The chain counts fewer transactions than it did: what came after those is pending again. */
  reopen(count: number): void {
    for (const [nonce, entry] of this.#mined) if (nonce >= count) this.#takeBack(entry)
    this.#options.nonces()?.reopen(count)
  }

  /** Ends the looking after a transaction that will be in no block, and tells its sender. */
  drop(entry: LaneEntry): void {
    this.#settle(entry, { type: 'dropped', hash: entry.signed.hash })
  }

  /** A block holds a transaction, under one of its hashes: tells its sender, and keeps it in mind for a while. */
  confirm(entry: LaneEntry, hash: Hash, block: Pick<SeenBlock, 'hash' | 'number'>): void {
    entry.minedIn = block.hash
    // All lower nonces are in blocks too; what became of one that we saw in none is for the repair to find out.
    this.#options.nonces()?.confirmUpTo(entry.nonce + 1)
    this.#mined.set(entry.nonce, entry)
    this.#settle(entry, { type: 'confirmed', hash, blockNumber: block.number })
    for (const oldest of this.#mined.keys()) {
      if (this.#mined.size <= minedKept) break
      this.#mined.delete(oldest)
    }
  }

  #confirmIn(block: SeenBlock, entry: LaneEntry): void {
    const hash = entry.hashes.find((one) => block.transactions.includes(one)) ?? entry.signed.hash
    this.confirm(entry, hash, block)
  }

  #takeBack(entry: LaneEntry): void {
    this.#mined.delete(entry.nonce)
    entry.minedIn = undefined
    entry.accepted = false
    this.byNonce.set(entry.nonce, entry)
  }

  #settle(entry: LaneEntry, event: LaneEvent): void {
    if (this.byNonce.delete(entry.nonce)) this.#options.onSettled(entry, event)
  }
}
