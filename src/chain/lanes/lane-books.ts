import type { Hash } from 'viem'

/** A transaction that has just been signed, and that no node has been told of. */
export type EnteredTransaction = {
  nonce: number
  hash: Hash
  /** What it costs its sender at most, value included. */
  mostWei: bigint
  /** Whether the lane sends it for its own sake: the same call with higher fees, or the filling of a gap. */
  isRepair: boolean
}

/** An account book that a lane writes: of all that it sends, or of one call. */
export type LaneBooks = {
  /**
   * Enters a transaction; no node is told of it before this has returned, so whoever writes the hash to a disk finds the
   * transaction again after a crash. One with the same nonce takes the place of an earlier one: only one of them will pay.
   *
   * If it throws, the transaction is not sent, and must have left nothing in these books.
   *
   * @throws LoadTestError what keeps it from being sent
   */
  enter(transaction: EnteredTransaction): Promise<void> | void
  /** A block holds it; after a reorganization that may be told again, of this or of another block. */
  mined?(hash: Hash): void
  /** No node has taken it, or none ever will. */
  unsent?(hash: Hash): void
}

/**
 * Makes one book of several. What one of them refuses is taken back from those before it.
 *
 * @example const books = joinBooks([ofTheLane, ofTheCall])
 */
export function joinBooks(all: readonly (LaneBooks | undefined)[]): LaneBooks {
  const books = all.filter((one) => one !== undefined)
  return {
    async enter(transaction) {
      for (const [i, one] of books.entries()) {
        try {
          await one.enter(transaction)
        } catch (error) {
          for (const before of books.slice(0, i)) before.unsent?.(transaction.hash)
          throw error
        }
      }
    },
    mined(hash) {
      for (const one of books) one.mined?.(hash)
    },
    unsent(hash) {
      for (const one of books) one.unsent?.(hash)
    },
  }
}
