import type { Hash } from 'viem'
import type { RelayedTransaction } from './relay-flight.ts'

/** Transactions that are kept, so that a client that lost an answer gets the same one again. */
const kept = 10_000

/** The transactions of a relay, by the digest of their request and by their hashes; the oldest are forgotten. */
export class RelayMemory {
  readonly #byDigest = new Map<Hash, RelayedTransaction>()
  readonly #byHash = new Map<Hash, RelayedTransaction>()

  has(digest: Hash): boolean {
    return this.#byDigest.has(digest)
  }

  ofDigest(digest: Hash): RelayedTransaction | undefined {
    return this.#byDigest.get(digest)
  }

  ofHash(hash: Hash): RelayedTransaction | undefined {
    return this.#byHash.get(hash)
  }

  add(digest: Hash, transaction: RelayedTransaction): void {
    this.#byDigest.set(digest, transaction)
    this.addHash(transaction.hash, transaction)
    forgetOldest(this.#byDigest)
  }

  /** Adds another hash by which a transaction is looked up. */
  addHash(hash: Hash, transaction: RelayedTransaction): void {
    this.#byHash.set(hash, transaction)
    forgetOldest(this.#byHash)
  }

  /** Forgets a request, so that it may be sent again. */
  removeDigest(digest: Hash): void {
    this.#byDigest.delete(digest)
  }
}

function forgetOldest(map: Map<Hash, RelayedTransaction>): void {
  for (const oldest of map.keys()) {
    if (map.size <= kept) return
    map.delete(oldest)
  }
}
