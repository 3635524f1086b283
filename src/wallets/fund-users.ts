import type { Hash } from 'viem'
import { readReceipt } from '../chain/rpc/chain-reads.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { deriveAddresses } from './derive-addresses.ts'
import type { FundingBatch, WalletBalance } from './funding-batch.ts'
import { planFunding } from './funding-plan.ts'
import type { HdWallets } from './hd-wallets.ts'
import { type MoneyJournal, paidEntry, planEntry, sentBooks } from './money-journal.ts'
import type { MoneyLedger } from './money-ledger.ts'
import { type BatchPayer, type PaidBatch, payBatch, verifyFunded } from './pay-batch.ts'
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
  /** Told of everything that wallets hold and are paid, so that the run's books balance. */
  ledger?: Pick<MoneyLedger, 'opened' | 'funded'> | undefined
  /** Where each batch is written before it is sent, and what became of it after. @default nowhere */
  journal?: Pick<MoneyJournal, 'append'> | undefined
  /** Ends the wait for payments of an earlier run. */
  signal?: AbortSignal | undefined
}

/** A payment that was given up, and is looked for until the end of the run. */
type LostPayment = {
  /** Of its batch. */
  number: number
  /** All under which it may have been mined. */
  hashes: Set<Hash>
  valueWei: bigint
  /** Whether its nonce went to another transaction, so that it will not be paid unless the chain is reorganized. */
  isFinal: boolean
  settle(actualWei: bigint): void
}

/** Pays users and keeps the accounts of it. */
export type UserFunding = {
  /**
   * Brings the wallets of some users to the amount, and verifies it. Safe to be repeated, unless it throws
   * TX_NOT_CONFIRMED: what they held at first is entered once for each list.
   *
   * @param topUpWei for users who were funded before: what they must hold now
   */
  fund(users: readonly number[], topUpWei?: bigint): Promise<void>
  /**
   * Enters payments that were given up and have been mined since.
   *
   * @returns whether there was one
   */
  bookLost(): Promise<boolean>
  /** What may still be paid though nobody waits for it, in wei. */
  openWei(): bigint
  readonly totals: { transactions: number; fundedWei: bigint; feesWei: bigint }
}

/** Makes the part of a funding pool that moves coins. */
export function createUserFunding(options: UserFundingOptions): UserFunding {
  const { chain, abilities, payer, limit, wallets, gasPerUser = 0n, ledger, journal, signal } = options
  const totals = { transactions: 0, fundedWei: 0n, feesWei: 0n }
  /** Payments that nobody waits for any more. */
  const lost = new Set<LostPayment>()
  const opened = new WeakSet<readonly number[]>()
  let earlier: Promise<void> | undefined

  function book(valueWei: bigint, feesWei: bigint): void {
    totals.fundedWei += valueWei
    totals.feesWei += feesWei
    if (valueWei > 0n || feesWei > 0n) ledger?.funded(valueWei, feesWei)
  }

  /** An earlier run of the same funder may have left payments on their way, perhaps for the same wallets. */
  async function waitForEarlier(): Promise<void> {
    earlier ??= settleEarlier(chain, payer.address, { signal })
    try {
      await earlier
    } catch (error) {
      earlier = undefined
      throw error
    }
  }

  async function readWallets(users: readonly number[]): Promise<WalletBalance[]> {
    const derived = await deriveAddresses(wallets, users)
    const addresses = derived.map(({ address }) => address)
    const balances = await readBalances(chain.rpc, addresses, { multicall3: abilities.multicall3 })
    return derived.map((wallet, i) => ({ ...wallet, balanceWei: balances[i] ?? 0n }))
  }

  async function pay(part: FundingBatch, number: number): Promise<PaidBatch> {
    const journalBooks = journal && sentBooks(journal, number)
    const payment: LostPayment = {
      number,
      hashes: new Set(),
      valueWei: part.valueWei,
      isFinal: false,
      settle: limit.charge,
    }
    let isSent = false
    try {
      return await payBatch(options, part, {
        books: {
          async enter(transaction) {
            await journalBooks?.enter(transaction)
            payment.hashes.add(transaction.hash)
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
      const feesWei = error instanceof LoadTestError ? error.details.feesWei : undefined
      if (feesWei !== undefined) book(0n, BigInt(String(feesWei)))
      const isMined = feesWei !== undefined
      if (!isSent || isMined) throw error
      lost.add(payment)
      payment.isFinal = error instanceof LoadTestError && error.code === 'FUNDING_FAILED'
      if (payment.isFinal) throw error
      // It may still be mined: paid again, the wallets would get twice the amount.
      const [sent] = payment.hashes
      throw new LoadTestError('TX_NOT_CONFIRMED', `The end of payment ${sent} is not known.`, {
        cause: error,
      })
    }
  }

  async function findPaid({ hashes, valueWei }: LostPayment): Promise<PaidBatch | undefined> {
    for (const hash of hashes) {
      const receipt = await readReceipt(chain.rpc, hash)
      if (receipt === null) continue
      const { blockNumber, status, gasUsed, effectiveGasPrice } = receipt
      const feesWei = gasUsed * effectiveGasPrice
      return { hash, blockNumber, status, gasUsed, feesWei, valueWei: status === 'success' ? valueWei : 0n }
    }
    return undefined
  }

  return {
    totals,
    async fund(users, topUpWei) {
      await waitForEarlier()
      const found = await readWallets(users)
      const isFirst = topUpWei === undefined && !opened.has(users)
      if (isFirst) ledger?.opened(found.reduce((sum, { balanceWei }) => sum + balanceWei, 0n))
      opened.add(users)
      const { maxFeePerGas } = await chain.fees.current()
      const amountWei = topUpWei ?? max(options.amountWei, gasPerUser * maxFeePerGas)
      const plan = planFunding(found, {
        amountWei,
        way: abilities.disperser?.kind ?? 'transfer',
        maxFeePerGasWei: maxFeePerGas,
      })
      if (plan.batches.length === 0) return
      const facts = { chainId: chain.rpc.chainId, funder: payer.address, amountWei }
      await journal?.append(planEntry(plan, facts))
      await runLimited(plan.batches.entries(), 16, async ([number, part]) => {
        const paid = await pay(part, number)
        totals.transactions += 1
        book(paid.valueWei, paid.feesWei)
        await journal?.append(paidEntry(number, paid))
        await verifyFunded(options, part.payments, { amountWei, blockNumber: paid.blockNumber })
      })
    },
    async bookLost() {
      let isAny = false
      for (const payment of [...lost]) {
        const paid = await findPaid(payment)
        if (paid === undefined || !lost.delete(payment)) continue
        payment.settle(paid.valueWei + paid.feesWei)
        totals.transactions += 1
        book(paid.valueWei, paid.feesWei)
        await journal?.append(paidEntry(payment.number, paid))
        isAny = true
      }
      return isAny
    },
    openWei: () => [...lost].reduce((sum, { valueWei, isFinal }) => sum + (isFinal ? 0n : valueWei), 0n),
  }
}

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b)
