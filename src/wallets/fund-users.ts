import { LoadTestError } from '../errors/load-test-error.ts'
import { deriveAddresses } from './derive-addresses.ts'
import type { FundingBatch, WalletBalance } from './funding-batch.ts'
import { type FundingPlan, planFunding } from './funding-plan.ts'
import type { HdWallets } from './hd-wallets.ts'
import { type LostPayment, LostPayments } from './lost-payments.ts'
import { type MoneyJournal, paidEntry, planEntry, sentLedger } from './money-journal.ts'
import type { MoneyLedger } from './money-ledger.ts'
import { type BatchPayer, type PaidBatch, payBatch, toPaidBatch, verifyFunded } from './pay-batch.ts'
import { readBalances } from './read-balances.ts'
import { runLimited } from './run-limited.ts'
import { settleEarlier } from './settle-earlier.ts'

/** What users are funded with. */
export type UserFundingOptions = BatchPayer & {
  wallets: Pick<HdWallets, 'user'>
  /** What each wallet must hold when its user starts. */
  amountWei: bigint
  /** Gas that a user has to be able to pay for: wallets get its present price if that is above `amountWei`. @default 0n */
  gasPerUser?: bigint | undefined
  /** Records everything that wallets hold and are paid, so that the run's money reconciles. */
  ledger?: Pick<MoneyLedger, 'opened' | 'funded'> | undefined
  /** Where each batch is written before it is sent, and what became of it after. @default nowhere */
  journal?: Pick<MoneyJournal, 'append'> | undefined
  /** Ends the wait for payments of an earlier run. */
  signal?: AbortSignal | undefined
}

/** Transactions of one plan that are paid at the same time. */
const paidAtOnce = 16

/** Pays users and records what that costs: the part of a funding pool that moves funds. */
export class UserFunding {
  readonly totals = { transactions: 0, fundedWei: 0n, feesWei: 0n }
  readonly #options: UserFundingOptions
  readonly #lost: LostPayments
  /** Lists of users whose opening balances are in the ledger. */
  readonly #opened = new WeakSet<readonly number[]>()
  #earlier: Promise<void> | undefined

  constructor(options: UserFundingOptions) {
    this.#options = options
    this.#lost = new LostPayments(options.chain.rpc)
  }

  /**
   * Brings the wallets of some users to the amount, and verifies it. Safe to be repeated, unless it throws
   * TX_NOT_CONFIRMED: what they held at first is entered once for each list.
   *
   * @param topUpWei for users who were funded before: what they must hold now
   */
  async fund(users: readonly number[], topUpWei?: bigint): Promise<void> {
    const { chain, payer, journal } = this.#options
    await this.#waitForEarlier()
    const found = await this.#readWallets(users)
    if (topUpWei === undefined) this.#open(users, found)
    const { plan, amountWei } = await this.#plan(found, topUpWei)
    if (plan.batches.length === 0) return
    await journal?.append(planEntry(plan, { chainId: chain.rpc.chainId, funder: payer.address, amountWei }))
    await runLimited(plan.batches.entries(), paidAtOnce, async ([number, batch]) => {
      const paid = await this.#pay(batch, number)
      await this.#recordPaid(number, paid)
      const { blockNumber } = paid.receipt
      await verifyFunded(this.#options, batch.payments, { amountWei, blockNumber })
    })
  }

  /**
   * Records payments that were given up and have been mined since.
   *
   * @returns whether there was one
   */
  async bookLost(): Promise<boolean> {
    let isAny = false
    for await (const { payment, receipt } of this.#lost.takeMined()) {
      const paid = toPaidBatch(receipt, payment.valueWei)
      payment.settle(paid.valueWei + paid.feesWei)
      await this.#recordPaid(payment.number, paid)
      isAny = true
    }
    return isAny
  }

  /** What may still be paid though nobody waits for it, in wei. */
  openWei(): bigint {
    return this.#lost.openWei()
  }

  /** An earlier run of the same funder may have left payments in flight, perhaps for the same wallets. */
  async #waitForEarlier(): Promise<void> {
    const { chain, payer, signal } = this.#options
    this.#earlier ??= settleEarlier(chain, payer.address, { signal })
    try {
      await this.#earlier
    } catch (error) {
      this.#earlier = undefined
      throw error
    }
  }

  async #readWallets(users: readonly number[]): Promise<WalletBalance[]> {
    const { chain, abilities, wallets } = this.#options
    const derived = await deriveAddresses(wallets, users)
    const addresses = derived.map(({ address }) => address)
    const balances = await readBalances(chain.rpc, addresses, { multicall3: abilities.multicall3 })
    return derived.map((wallet, i) => ({ ...wallet, balanceWei: balances[i] ?? 0n }))
  }

  #open(users: readonly number[], found: readonly WalletBalance[]): void {
    if (!this.#opened.has(users)) {
      this.#options.ledger?.opened(found.reduce((sum, { balanceWei }) => sum + balanceWei, 0n))
    }
    this.#opened.add(users)
  }

  async #plan(
    found: readonly WalletBalance[],
    topUpWei: bigint | undefined,
  ): Promise<{ plan: FundingPlan; amountWei: bigint }> {
    const { chain, abilities, gasPerUser = 0n } = this.#options
    const { maxFeePerGas: maxFeePerGasWei } = await chain.fees.current()
    const amountWei = topUpWei ?? max(this.#options.amountWei, gasPerUser * maxFeePerGasWei)
    const way = abilities.disperser?.kind ?? 'transfer'
    return { plan: planFunding(found, { amountWei, way, maxFeePerGasWei }), amountWei }
  }

  async #pay(batch: FundingBatch, number: number): Promise<PaidBatch> {
    const { limit, journal } = this.#options
    const journalLedger = journal && sentLedger(journal, number)
    const hashes: LostPayment['hashes'] = new Set()
    const payment: LostPayment = {
      number,
      hashes,
      valueWei: batch.valueWei,
      isFinal: false,
      settle: limit.charge,
    }
    let isSent = false
    try {
      return await payBatch(this.#options, batch, {
        ledger: {
          async enter(transaction) {
            await journalLedger?.enter(transaction)
            hashes.add(transaction.hash)
          },
        },
        onSent: () => {
          isSent = true
        },
        onUnknownEnd: (settle) => {
          payment.settle = settle
        },
      })
    } catch (error) {
      if (!isSent) throw error
      throw this.#takeFailure(payment, error)
    }
  }

  /** @returns the error to throw for a payment that was sent */
  #takeFailure(payment: LostPayment, error: unknown): unknown {
    const feesWei = error instanceof LoadTestError ? error.details.feesWei : undefined
    if (feesWei !== undefined) {
      // A block holds it, and it failed there.
      this.#record(0n, BigInt(String(feesWei)))
      return error
    }
    this.#lost.add(payment)
    payment.isFinal = error instanceof LoadTestError && error.code === 'FUNDING_FAILED'
    if (payment.isFinal) return error
    // It may still be mined: paid again, the wallets would get twice the amount.
    const [sent] = payment.hashes
    return new LoadTestError('TX_NOT_CONFIRMED', `The end of payment ${sent} is not known.`, { cause: error })
  }

  async #recordPaid(number: number, paid: PaidBatch): Promise<void> {
    this.totals.transactions += 1
    this.#record(paid.valueWei, paid.feesWei)
    await this.#options.journal?.append(paidEntry(number, paid))
  }

  #record(valueWei: bigint, feesWei: bigint): void {
    this.totals.fundedWei += valueWei
    this.totals.feesWei += feesWei
    if (valueWei > 0n || feesWei > 0n) this.#options.ledger?.funded(valueWei, feesWei)
  }
}

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b)
