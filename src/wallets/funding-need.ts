import { type PaymentWay, paymentGas } from './payment-gas.ts'

/**
 * What a funder needs to bring wallets that have nothing yet to an amount, in wei: gas at its upper bound and at the most
 * that a transaction offers now.
 *
 * @example fundingNeed({ wallets: 60, amountWei, way: 'multicall3', maxFeePerGasWei }) // { valueWei, gasWei }
 */
export function fundingNeed(options: {
  wallets: number
  amountWei: bigint
  way: PaymentWay
  maxFeePerGasWei: bigint
}): { valueWei: bigint; gasWei: bigint } {
  const { wallets, amountWei, way, maxFeePerGasWei } = options
  const count = BigInt(wallets)
  return { valueWei: count * amountWei, gasWei: count * paymentGas(way, 1, 0) * maxFeePerGasWei }
}
