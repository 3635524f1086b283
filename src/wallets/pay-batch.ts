import { gasCostWei, type Receipt } from '../chain/rpc/chain-reads.ts'
import { tellRevert } from '../chain/transactions/explain-revert.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { disperseCall, type PaymentCall } from './disperse-call.ts'
import { findSpenders } from './find-spenders.ts'
import type { FundingBatch, WalletPayment } from './funding-batch.ts'
import { nameRanges, uniteRanges } from './index-range.ts'
import type { Payer, PayOptions } from './payer.ts'
import { readBalances } from './read-balances.ts'
import type { SpendingLimit } from './spending-limit.ts'
import type { ChainAbilities, WalletChain } from './wallet-chain.ts'

/** What batches are paid with. */
export type BatchPayer = {
  chain: WalletChain
  abilities: ChainAbilities
  payer: Payer
  limit: SpendingLimit
}

/** Options of {@link payBatch}. */
export type PayBatchOptions = PayOptions & {
  /**
   * Called when the payment is no longer waited for though it may still be mined: what it costs at most stays set aside
   * until `settle` is called with what it did cost. @default it counts as spent
   */
  onUnknownEnd?: ((settle: (actualWei: bigint) => void) => void) | undefined
}

/** A batch in a block. */
export type PaidBatch = {
  receipt: Receipt
  /** What the wallets got; 0 if it was reverted. */
  valueWei: bigint
  /** What its gas cost. */
  feesWei: bigint
}

/** What became of a batch, by its receipt. */
export const toPaidBatch = (receipt: Receipt, valueWei: bigint): PaidBatch => ({
  receipt,
  valueWei: receipt.status === 'success' ? valueWei : 0n,
  feesWei: gasCostWei(receipt),
})

/**
 * Pays one batch of a plan and waits for its block. What it costs at most is set aside from the spending limit first.
 *
 * @throws LoadTestError SPENDING_CAP: nothing was sent; FUNDING_FAILED: the transaction reverted or was replaced by
 * another, and only `details.feesWei` were spent; what {@link Payer.pay} throws
 */
export async function payBatch(
  { chain, abilities, payer, limit }: BatchPayer,
  batch: FundingBatch,
  options: PayBatchOptions = {},
): Promise<PaidBatch> {
  const { signal, ledger, onSent, onUnknownEnd } = options
  const { maxFeePerGas } = await chain.fees.current({ signal })
  const atMostWei = batch.valueWei + batch.gas * maxFeePerGas
  const settle = limit.reserve(atMostWei)
  let costWei = 0n
  let isEndUnknown = false
  try {
    const receipt = await payer.pay(
      { ...toCall(abilities, batch.payments), gas: batch.gas },
      {
        signal,
        ledger,
        onSent: async (hash) => {
          // From here on it may be mined, even if nobody waits for it any more.
          costWei = atMostWei
          isEndUnknown = true
          await onSent?.(hash)
        },
      },
    )
    isEndUnknown = false
    const paid = toPaidBatch(receipt, batch.valueWei)
    costWei = paid.feesWei + paid.valueWei
    if (receipt.status === 'success') return paid
    const { reason } = await tellRevert(chain.rpc, receipt, { signal })
    throw new LoadTestError(
      'FUNDING_FAILED',
      `The payment of wallets ${namesOf(batch.payments)} was reverted: ${reason}.`,
      { details: { hash: receipt.transactionHash, feesWei: String(paid.feesWei) } },
    )
  } catch (error) {
    if (isEndUnknown && error instanceof LoadTestError && error.code === 'FUNDING_FAILED') {
      // Its nonce went to another transaction for good.
      isEndUnknown = false
      costWei = 0n
    }
    throw error
  } finally {
    if (isEndUnknown && onUnknownEnd !== undefined) onUnknownEnd(settle)
    else settle(costWei)
  }
}

/**
 * Makes sure that wallets hold what they were paid, once a block is in.
 *
 * @param options.inUseSince the wallets are in use: one that has sent something since this block may hold less
 * @throws LoadTestError FUNDING_FAILED, naming the wallets that hold less; a `CHAIN_*` code
 */
export async function verifyFunded(
  { chain, abilities }: Pick<BatchPayer, 'chain' | 'abilities'>,
  payments: readonly WalletPayment[],
  options: {
    amountWei: bigint
    blockNumber: number
    inUseSince?: number | undefined
    signal?: AbortSignal | undefined
  },
): Promise<void> {
  const { amountWei, blockNumber, inUseSince, signal } = options
  const addresses = payments.map(({ address }) => address)
  const { multicall3 } = abilities
  const balances = await readBalances(chain.rpc, addresses, { multicall3, sinceBlock: blockNumber, signal })
  const poor = payments.filter((_, i) => (balances[i] ?? 0n) < amountWei)
  if (poor.length === 0) return
  const poorAddresses = poor.map(({ address }) => address)
  const hasSpent =
    inUseSince === undefined
      ? []
      : await findSpenders(chain.rpc, poorAddresses, { sinceBlock: inUseSince, signal })
  const lacking = poor.filter((_, i) => hasSpent[i] !== true)
  if (lacking.length > 0) {
    throw new LoadTestError(
      'FUNDING_FAILED',
      `The payment went through, but ${lacking.length} of ${payments.length} wallets hold less than they should: ${namesOf(lacking)}.`,
      { details: { wallets: lacking.slice(0, 20).map(({ index }) => index), blockNumber } },
    )
  }
}

function toCall({ disperser }: ChainAbilities, payments: readonly WalletPayment[]): PaymentCall {
  if (disperser !== undefined) return disperseCall(disperser, payments)
  const [payment, ...others] = payments
  if (payment === undefined || others.length > 0) {
    throw new LoadTestError('INTERNAL', 'Without a contract, each payment is a transaction of its own.')
  }
  return { to: payment.address, data: '0x', valueWei: payment.amountWei }
}

/** Names wallets in as few words as possible. */
const namesOf = (wallets: readonly { index: number }[]): string =>
  nameRanges(uniteRanges(wallets.map(({ index }) => ({ from: index, count: 1 }))))
