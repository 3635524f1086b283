import { formatEther, type Hash } from 'viem'
import { type GasPaid, gasCostWei, type Receipt } from '../chain/rpc/chain-reads.ts'
import { LoadTestError } from '../errors/load-test-error.ts'

/** What a receipt says about the cost of a transaction. */
export type SettledTransaction = GasPaid & {
  /** @default 'success' */
  status?: Receipt['status'] | undefined
}

/** Settled transactions that are kept in case a reorganization takes their block back: the latest ones. */
const keptSettled = 20_000

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

/** The ledger of a run's wallets, in wei. */
export type MoneyLedger = {
  /** A wallet, or several, held this when the run began to use them. */
  opened(wei: bigint): void
  /** The funder paid this in; its own gas apart. */
  funded(wei: bigint, feesWei: bigint): void
  /**
   * A transaction of a wallet is in flight: until it is settled, it may or may not cost something.
   *
   * @param rivals names those of which only one can be in a block: a wallet and a nonce. @default it has none
   */
  submitted(hash: Hash, rivals?: string): void
  /** A transaction is in a block, whatever its status, and its rivals never will be; a second time changes nothing. */
  settled(hash: Hash, paid: SettledTransaction): void
  /** A transaction will never be in a block: another with its nonce is. */
  voided(hash: Hash): void
  /**
   * A wallet, or several, returned this to the funder; `feesWei` is the gas they paid for it.
   *
   * @param hash of the transaction, so that it can be reopened; a second time for the same one changes nothing
   */
  swept(wei: bigint, feesWei: bigint, hash?: Hash): void
  /**
   * Takes what settled transactions cost and returned out of the ledger, until they are settled again: a reorganization
   * may have changed it. That of the latest 20,000 is known.
   */
  reopen(): void
  /** Transactions whose end is not known yet. */
  unsettled(): Hash[]
  /**
   * The totals of the ledger, whether they reconcile or not.
   *
   * @param leftWei what the chain says the wallets hold now
   */
  statement(leftWei: bigint): MoneyStatement
  /**
   * Closes the ledger.
   *
   * @param leftWei what the chain says the wallets hold now
   * @throws LoadTestError MONEY_MISMATCH unless funded = spent + swept + left, to the wei
   */
  close(leftWei: bigint): MoneyStatement
}

/**
 * Opens the ledger of a run's wallets.
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
  const open = new Map<Hash, Spending>()
  const settled = new Map<Hash, Booked>()

  const book = (hash: Hash | undefined, booked: Booked, sign: 1n | -1n = 1n): void => {
    const { returns, costWei, returnedWei } = booked
    if (returns === null) usersWei += sign * costWei
    else sweepFeesWei += sign * costWei
    sweptWei += sign * returnedWei
    if (hash === undefined) return
    if (sign < 0n) settled.delete(hash)
    else settled.set(hash, booked)
    for (const oldest of settled.keys()) {
      if (settled.size <= keptSettled) break
      settled.delete(oldest)
    }
  }

  const rivalsOf = ({ rivals }: Spending): Hash[] =>
    rivals === undefined ? [] : [...open].flatMap(([hash, its]) => (its.rivals === rivals ? [hash] : []))

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
    submitted(hash, rivals) {
      if (!open.has(hash)) open.set(hash, { returns: null, rivals })
    },
    settled(hash, { status = 'success', ...paid }) {
      const spending = open.get(hash)
      if (spending === undefined) return
      open.delete(hash)
      const returnedWei = status === 'success' ? (spending.returns ?? 0n) : 0n
      const beaten = rivalsOf(spending)
      for (const rival of beaten) open.delete(rival)
      book(hash, { ...spending, beaten, costWei: gasCostWei(paid), returnedWei })
    },
    voided(hash) {
      open.delete(hash)
    },
    swept(wei, feesWei, hash) {
      if (hash !== undefined && settled.has(hash)) return
      // A reorganization removed it, and the same bytes were sent again.
      if (hash !== undefined) open.delete(hash)
      book(hash, { returns: wei, costWei: feesWei, returnedWei: wei, beaten: [] })
    },
    reopen() {
      for (const [hash, booked] of settled) {
        book(hash, booked, -1n)
        // Now any of those that have the nonce may be mined instead.
        for (const one of [hash, ...booked.beaten])
          open.set(one, { returns: booked.returns, rivals: booked.rivals })
      }
    },
    unsettled: () => [...open.keys()],
    close(leftWei) {
      const closed = statement(leftWei)
      checkBalanced(closed, open.size)
      return closed
    },
  }
}

/** A wallet's transaction: what it returns to the funder; `null` for a user's own, which returns nothing. */
type Spending = {
  returns: bigint | null
  /** See `MoneyLedger.submitted`. */
  rivals?: string | undefined
}

/** A wallet's transaction in a block, as it stands in the ledger. */
type Booked = Spending & { costWei: bigint; returnedWei: bigint; beaten: readonly Hash[] }

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
