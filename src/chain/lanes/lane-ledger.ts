import type { Hash } from 'viem'

/** A transaction that has just been signed, and that no node has yet. */
export type EnteredTransaction = {
  nonce: number
  hash: Hash
  /** What it costs its sender at most, value included. */
  mostWei: bigint
  /** Whether the lane sends it to repair itself: the same call with higher fees, or the filling of a gap. */
  isRepair: boolean
}

/** A ledger that a lane writes: of everything it sends, or of one call. */
export type LaneLedger = {
  /**
   * Enters a transaction. No node gets it before this has returned, so a ledger that writes the hash to a disk finds the
   * transaction again after a crash. One with the same nonce takes the place of an earlier one: only one of them will pay.
   *
   * If it throws, the transaction is not sent, and must have left nothing in this ledger.
   *
   * @throws LoadTestError what keeps it from being sent
   */
  enter(transaction: EnteredTransaction): Promise<void> | void
  /** A block holds it; called again after a reorganization, for this or another block. */
  mined?(hash: Hash): void
  /** No node has taken it, or none ever will. */
  unsent?(hash: Hash): void
}

/**
 * Makes one ledger of several. What one of them refuses is removed from those before it.
 *
 * @example const ledger = joinLedgers([ofTheLane, ofTheCall])
 */
export function joinLedgers(all: readonly (LaneLedger | undefined)[]): LaneLedger {
  const ledgers = all.filter((one) => one !== undefined)
  return {
    async enter(transaction) {
      for (const [i, one] of ledgers.entries()) {
        try {
          await one.enter(transaction)
        } catch (error) {
          for (const before of ledgers.slice(0, i)) before.unsent?.(transaction.hash)
          throw error
        }
      }
    },
    mined(hash) {
      for (const one of ledgers) one.mined?.(hash)
    },
    unsent(hash) {
      for (const one of ledgers) one.unsent?.(hash)
    },
  }
}
