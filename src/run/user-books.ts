import type { LaneBooks } from '../chain/lanes/lane-books.ts'
import type { FlowTransaction } from '../flow/flow-record.ts'
import type { MoneyLedger } from '../wallets/money-ledger.ts'

/** What the users of a run spend themselves, see {@link createUserBooks}. */
export type UserBooks = {
  /** Those of one user's wallet. */
  of(index: number): LaneBooks
  /** Books what a flow cost, as far as its record says. */
  flowEnded(tx: FlowTransaction | null): void
}

/**
 * Enters the transactions of users in the ledger of a run, under every hash that they have had: whichever is mined after
 * all is found at the end of the run.
 *
 * @example const books = createUserBooks(ledger, reorgs); await send({ ...call, books: books.of(user.index) })
 */
export function createUserBooks(
  ledger: Pick<MoneyLedger, 'submitted' | 'settled' | 'voided'>,
  reorgs: { mayBeRemoved(blockNumber: number): boolean },
): UserBooks {
  return {
    of: (index) => ({
      enter: ({ hash, nonce }) => ledger.submitted(hash, `${index} ${nonce}`),
      unsent: (hash) => ledger.voided(hash),
    }),
    flowEnded(tx) {
      if (tx === null) return
      const { hash, blockNumber, gasUsed, gasPriceWei } = tx
      ledger.submitted(hash)
      if (gasUsed === null || gasPriceWei === null) return
      // Its block may be gone already: the receipt is read again at the end.
      if (blockNumber !== null && reorgs.mayBeRemoved(blockNumber)) return
      ledger.settled(hash, { gasUsed: BigInt(gasUsed), effectiveGasPrice: BigInt(gasPriceWei) })
    },
  }
}
