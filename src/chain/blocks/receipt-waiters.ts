import type { Hash } from 'viem'
import type { MinedTransaction } from './mined-transaction.ts'

/** One caller that waits for a receipt. */
export type ReceiptWaiter = {
  hash: Hash
  /** That one, and those it was replaced by. */
  hashes: Hash[]
  submittedAtMs: number | null
  confirmations: number
  /** How often its receipt had a shape that can't be read. */
  malformed: number
  /** The block that is known to hold it, while more confirmations are awaited. */
  mined: MinedTransaction | undefined
  resolve(transaction: MinedTransaction): void
  reject(error: unknown): void
}

/** Only transactions that were sent lately can still be awaited. */
const replacementsKept = 10_000

/** The callers that wait for receipts, by the hashes under which their transactions may be mined. */
export class ReceiptWaiters {
  readonly #all = new Set<ReceiptWaiter>()
  readonly #byHash = new Map<Hash, Set<ReceiptWaiter>>()
  /** The newest hash of each replaced transaction, for waiters that know only the old one. */
  readonly #replacedBy = new Map<Hash, Hash>()

  get size(): number {
    return this.#all.size
  }

  [Symbol.iterator](): Iterator<ReceiptWaiter> {
    return this.#all.values()
  }

  /** Returns whether any caller waits for a transaction. */
  has(hash: Hash): boolean {
    return this.#byHash.has(hash)
  }

  of(hash: Hash): ReceiptWaiter[] {
    return [...(this.#byHash.get(hash) ?? [])]
  }

  add(waiter: ReceiptWaiter): void {
    this.#all.add(waiter)
    this.#listen(waiter.hash, waiter)
    const replacement = this.#replacedBy.get(waiter.hash)
    if (replacement !== undefined) this.#listen(replacement, waiter)
  }

  remove(waiter: ReceiptWaiter): void {
    this.#all.delete(waiter)
    for (const hash of waiter.hashes) {
      const waiters = this.#byHash.get(hash)
      waiters?.delete(waiter)
      if (waiters?.size === 0) this.#byHash.delete(hash)
    }
  }

  /** Adds a hash under which a transaction may be mined. @returns those that wait for it */
  replace(oldHash: Hash, newHash: Hash): ReceiptWaiter[] {
    this.#replacedBy.set(oldHash, newHash)
    for (const [from, to] of this.#replacedBy) if (to === oldHash) this.#replacedBy.set(from, newHash)
    const waiters = this.of(oldHash)
    for (const waiter of waiters) this.#listen(newHash, waiter)
    for (const oldest of this.#replacedBy.keys()) {
      if (this.#replacedBy.size <= replacementsKept) break
      this.#replacedBy.delete(oldest)
    }
    return waiters
  }

  #listen(hash: Hash, waiter: ReceiptWaiter): void {
    waiter.hashes.push(hash)
    const waiters = this.#byHash.get(hash)
    if (waiters === undefined) this.#byHash.set(hash, new Set([waiter]))
    else waiters.add(waiter)
  }
}
