import { formatEther, type Hash } from 'viem'
import { LoadTestError } from '../errors/load-test-error.ts'

/** What a receipt says about the cost of a transaction. */
export type GasPaid = { gasUsed: bigint; effectiveGasPrice: bigint }

/**
 * Where the wallets' money went, in wei: `fundedWei = spentWei + sweptWei + leftWei`, exactly.
 */
export type MoneyStatement = {
  /** All that the wallets had: what they held at the beginning and what was paid in. */
  fundedWei: bigint
  /** Gas that the wallets paid, that of sweeping included. */
  spentWei: bigint
  /** Returned to the funder. */
  sweptWei: bigint
  /** Still on the wallets, as the chain says. */
  leftWei: bigint
  /** The part of `fundedWei` that the wallets held before. */
  openingWei: bigint
  /** The part of `spentWei` that sweeping cost. */
  sweepFeesWei: bigint
  /** Gas that the funder paid; beyond what the wallets were given. */
  fundingFeesWei: bigint
  /** What the funder is poorer by in the end; negative if it got back more than it gave. */
  funderCostWei: bigint
}

/** The account book of a run's wallets, in wei. */
export type MoneyLedger = {
  /** A wallet, or several, held this when the run began to use them. */
  opened(wei: bigint): void
  /** The funder paid this in; its own gas apart. */
  funded(wei: bigint, feesWei: bigint): void
  /** A transaction of a wallet is on its way: until it is settled, it may or may not cost something. */
  submitted(hash: Hash): void
  /** A transaction is in a block, whatever its status; a second time for the same one changes nothing. */
  settled(hash: Hash, paid: GasPaid): void
  /** A transaction will never be in a block: another with its nonce is. */
  voided(hash: Hash): void
  /** A wallet, or several, returned this to the funder; `feesWei` is the gas they paid for it. */
  swept(wei: bigint, feesWei: bigint): void
  /** Transactions whose end is not known yet. */
  unsettled(): Hash[]
  /**
   * What the book says, balanced or not.
   *
   * @param leftWei what the chain says the wallets hold now
   */
  statement(leftWei: bigint): MoneyStatement
  /**
   * Closes the book.
   *
   * @param leftWei what the chain says the wallets hold now
   * @throws LoadTestError MONEY_MISMATCH unless funded = spent + swept + left, to the wei
   */
  close(leftWei: bigint): MoneyStatement
}

/**
 * Opens the account book of a run's wallets.
 *
 * @example
 * const ledger = createMoneyLedger()
 * ledger.funded(parseEther('0.1'), feesWei)
 * ledger.settled(receipt.transactionHash, receipt)
 * ledger.swept(sweptWei, sweepFeesWei)
 * const { spentWei } = ledger.close(leftWei)
 */
export function createMoneyLedger(): MoneyLedger {
  let openingWei = 0n
  let paidInWei = 0n
  let fundingFeesWei = 0n
  let usersWei = 0n
  let sweptWei = 0n
  let sweepFeesWei = 0n
  const open = new Set<Hash>()

  const statement = (leftWei: bigint): MoneyStatement => ({
    fundedWei: openingWei + paidInWei,
    spentWei: usersWei + sweepFeesWei,
    sweptWei,
    leftWei,
    openingWei,
    sweepFeesWei,
    fundingFeesWei,
    funderCostWei: paidInWei + fundingFeesWei - sweptWei,
  })

  return {
    statement,
    opened(wei) {
      openingWei += wei
    },
    funded(wei, feesWei) {
      paidInWei += wei
      fundingFeesWei += feesWei
    },
    submitted(hash) {
      open.add(hash)
    },
    settled(hash, { gasUsed, effectiveGasPrice }) {
      if (open.delete(hash)) usersWei += gasUsed * effectiveGasPrice
    },
    voided(hash) {
      open.delete(hash)
    },
    swept(wei, feesWei) {
      sweptWei += wei
      sweepFeesWei += feesWei
    },
    unsettled: () => [...open],
    close(leftWei) {
      const closed = statement(leftWei)
      checkBalanced(closed, open.size)
      return closed
    },
  }
}

function checkBalanced(statement: MoneyStatement, unsettled: number): void {
  const { fundedWei, spentWei, sweptWei, leftWei } = statement
  const differenceWei = fundedWei - spentWei - sweptWei - leftWei
  if (differenceWei === 0n) return
  const what = differenceWei > 0n ? 'is missing from' : 'is unaccounted for on'
  const amount = formatEther(differenceWei > 0n ? differenceWei : -differenceWei)
  const open = unsettled === 0 ? '' : ` The end of ${unsettled} transactions is not known.`
  throw new LoadTestError(
    'MONEY_MISMATCH',
    `${amount} VANA ${what} the wallets: funded ${fundedWei} wei is not spent ${spentWei} + swept ${sweptWei} + left ${leftWei}.${open}`,
    {
      details: {
        differenceWei: String(differenceWei),
        unsettled,
        ...Object.fromEntries(Object.entries(statement).map(([key, wei]) => [key, String(wei)])),
      },
    },
  )
}
