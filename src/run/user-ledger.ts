import type { LaneLedger } from '../chain/lanes/lane-ledger.ts'
import type { FlowTransaction } from '../flow/flow-record.ts'
import type { MoneyLedger } from '../wallets/money-ledger.ts'

/** Enters what users spend in the ledger of a run, see {@link createUserLedger}. */
export type UserLedger = {
  /** What the wallet of one user writes to. */
  of(index: number): LaneLedger
  /** Enters what a flow cost, as far as its record says. */
  flowEnded(tx: FlowTransaction | null): void
}

/**
 * Makes what enters the transactions of users in the ledger of a run, under every hash that they have had: the one that is mined
 * in the end is found when the run settles.
 *
 * @example const users = createUserLedger(ledger, reorgs); await send({ ...call, ledger: users.of(user.index) })
 */
export function createUserLedger(
  ledger: Pick<MoneyLedger, 'submitted' | 'settled' | 'voided'>,
  reorgs: { mayBeRemoved(blockNumber: number): boolean },
): UserLedger {
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
      ledger.settled(hash, { gasUsed: BigInt(gasUsed), effectiveGasPrice: gasPriceWei })
    },
  }
}
