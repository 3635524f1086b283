import type { FundingBatch, FundingTotals, WalletBalance, WalletPayment } from './funding-batch.ts'
import { type PaymentWay, paymentGas } from './payment-gas.ts'

/** How wallets are to be paid. */
export type PackingOptions = {
  /** What each wallet must hold in the end. */
  amountWei: bigint
  way: PaymentWay
  /** The most that is paid per gas, wei. */
  maxFeePerGasWei: bigint
  /** Most gas in one transaction. @default 16_000_000n, below the 2^24 of EIP-7825 */
  maxGasPerTransaction?: bigint | undefined
  /** Most wallets in one transaction. @default as many as the gas allows */
  maxPaymentsPerTransaction?: number | undefined
}

/** Packs payments, see {@link createBatchPacker}. */
export type BatchPacker = {
  /** Takes in the next wallet; gives the batch that has no room for it, if that is so. */
  add(wallet: WalletBalance): FundingBatch | undefined
  /** Gives the last batch, once there are no more wallets. */
  end(): FundingBatch | undefined
  /** What all batches that were given come to. */
  totals(): FundingTotals
}

/**
 * Packs what wallets lack into transactions by gas, one wallet after the other and in their order. It holds no more than
 * one batch, and the same wallets make the same batches.
 *
 * @example const packer = createBatchPacker({ amountWei, way: 'multicall3', maxFeePerGasWei }); packer.add(wallet)
 */
export function createBatchPacker(options: PackingOptions): BatchPacker {
  const { amountWei, way, maxFeePerGasWei } = options
  const { maxGasPerTransaction = 16_000_000n, maxPaymentsPerTransaction = Number.POSITIVE_INFINITY } = options
  const limit = way === 'transfer' ? 1 : maxPaymentsPerTransaction
  const totals = { payments: 0, satisfied: 0, transactions: 0, valueWei: 0n, maxFeesWei: 0n }
  let open = { payments: [] as WalletPayment[], fresh: 0, known: 0, valueWei: 0n }

  function close(): FundingBatch | undefined {
    const { payments, fresh, known, valueWei } = open
    if (payments.length === 0) return undefined
    open = { payments: [], fresh: 0, known: 0, valueWei: 0n }
    const gas = paymentGas(way, fresh, known)
    totals.payments += payments.length
    totals.transactions += 1
    totals.valueWei += valueWei
    totals.maxFeesWei += gas * maxFeePerGasWei
    return { payments, valueWei, gas }
  }

  return {
    add({ index, address, balanceWei }) {
      if (balanceWei >= amountWei) {
        totals.satisfied += 1
        return undefined
      }
      // An account without a balance may be new to the chain, which costs more.
      const [fresh, known] = balanceWei === 0n ? [1, 0] : [0, 1]
      const tooMuch = paymentGas(way, open.fresh + fresh, open.known + known) > maxGasPerTransaction
      const full = tooMuch || open.payments.length >= limit ? close() : undefined
      open.payments.push({ index, address, amountWei: amountWei - balanceWei })
      open.fresh += fresh
      open.known += known
      open.valueWei += amountWei - balanceWei
      return full
    },
    end: close,
    totals: () => ({ ...totals }),
  }
}
