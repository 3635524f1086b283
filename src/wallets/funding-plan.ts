import { type Address, formatEther } from 'viem'
import { LoadTestError } from '../errors/load-test-error.ts'
import { createBatchPacker, type PackingOptions } from './batch-packer.ts'
import type { FundingBatch, FundingTotals, WalletBalance } from './funding-batch.ts'

/** The payments of wallets, by transaction, and what they cost. */
export type FundingPlan = FundingTotals & { batches: readonly FundingBatch[] }

/**
 * Plans the funding of wallets: each gets only what it lacks, and batches are packed by gas in the wallets' order, so
 * that the same wallets make the same plan.
 *
 * @throws LoadTestError CONFIG_INVALID if a wallet is named twice: it would be paid twice
 * @example planFunding(wallets, { amountWei: parseEther('0.1'), way: 'multicall3', maxFeePerGasWei })
 */
export function planFunding(wallets: readonly WalletBalance[], options: PackingOptions): FundingPlan {
  if (new Set(wallets.map(({ address }) => address.toLowerCase())).size < wallets.length) {
    throw new LoadTestError('CONFIG_INVALID', 'A wallet is named twice among those to fund.')
  }
  const packer = createBatchPacker(options)
  const packed = [...wallets.map((wallet) => packer.add(wallet)), packer.end()]
  return { batches: packed.filter((batch) => batch !== undefined), ...packer.totals() }
}

/**
 * Checks a plan against the spending cap and the funder's balance, before anything is sent.
 *
 * @throws LoadTestError SPENDING_CAP or CHAIN_INSUFFICIENT_FUNDS, saying how much is missing
 * @example checkAffordable(plan, { spendableWei: parseEther('5'), funder, funderBalanceWei })
 */
export function checkAffordable(
  plan: FundingTotals,
  limits: { spendableWei: bigint; funder: Address; funderBalanceWei: bigint },
): void {
  const neededWei = plan.valueWei + plan.maxFeesWei
  const what = `Funding ${plan.payments} wallets takes up to ${formatEther(neededWei)} VANA, fees included`
  const { spendableWei, funder, funderBalanceWei } = limits
  if (neededWei > spendableWei) {
    const missing = neededWei - spendableWei
    throw new LoadTestError(
      'SPENDING_CAP',
      `${what}, but only ${formatEther(spendableWei)} VANA may be spent: ${formatEther(missing)} VANA too little.`,
      {
        details: { neededWei: String(neededWei), capWei: String(spendableWei), missingWei: String(missing) },
      },
    )
  }
  if (neededWei > funderBalanceWei) {
    const missing = neededWei - funderBalanceWei
    throw new LoadTestError(
      'CHAIN_INSUFFICIENT_FUNDS',
      `${what}, but the funder ${funder} has ${formatEther(funderBalanceWei)} VANA: ${formatEther(missing)} VANA too little.`,
      {
        hint: `Send at least ${formatEther(missing)} VANA to ${funder}.`,
        details: {
          funder,
          neededWei: String(neededWei),
          balanceWei: String(funderBalanceWei),
          missingWei: String(missing),
        },
      },
    )
  }
}
