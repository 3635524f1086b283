import { type Address, formatEther } from 'viem'
import { LoadTestError } from '../errors/load-test-error.ts'
import { type PaymentWay, paymentGas } from './payment-gas.ts'

/** A wallet as it is found on chain. */
export type WalletBalance = { index: number; address: Address; balanceWei: bigint }

/** What one wallet is to be sent. */
export type WalletPayment = { index: number; address: Address; amountWei: bigint }

/** What one transaction pays. */
export type FundingBatch = {
  payments: readonly WalletPayment[]
  valueWei: bigint
  /** Gas limit, an upper bound of what it uses. */
  gas: bigint
}

/** Who is paid how much, in which transactions, and what it costs. */
export type FundingPlan = {
  batches: readonly FundingBatch[]
  /** Wallets that lack something. */
  payments: number
  /** Wallets that already hold enough. */
  satisfied: number
  valueWei: bigint
  /** The most that gas can cost. */
  maxFeesWei: bigint
}

/** What a plan is made from. */
export type FundingPlanOptions = {
  wallets: readonly WalletBalance[]
  /** What each wallet must hold in the end. */
  amountWei: bigint
  way: PaymentWay
  /** The most that is paid per gas, wei. */
  maxFeePerGasWei: bigint
  /** Most gas in one transaction. @default 16_000_000n, below the 2^24 of EIP-7825 */
  maxGasPerTransaction?: bigint
  /** Most wallets in one transaction. @default as many as the gas allows */
  maxPaymentsPerTransaction?: number
}

/**
 * Plans the funding of wallets: each gets only what it lacks, and batches are packed by gas in the wallets' order, so
 * that the same wallets make the same plan.
 *
 * @throws LoadTestError CONFIG_INVALID if a wallet is named twice: it would be paid twice
 * @example planFunding({ wallets, amountWei: parseEther('0.1'), way: 'multicall3', maxFeePerGasWei })
 */
export function planFunding(options: FundingPlanOptions): FundingPlan {
  const { wallets, amountWei, way, maxFeePerGasWei } = options
  const { maxGasPerTransaction = 16_000_000n, maxPaymentsPerTransaction = Number.POSITIVE_INFINITY } = options
  const limit = way === 'transfer' ? 1 : maxPaymentsPerTransaction
  if (new Set(wallets.map(({ address }) => address.toLowerCase())).size < wallets.length) {
    throw new LoadTestError('CONFIG_INVALID', 'A wallet is named twice among those to fund.')
  }

  const batches: FundingBatch[] = []
  let open = { payments: [] as WalletPayment[], fresh: 0, known: 0 }
  const close = (): void => {
    const { payments, fresh, known } = open
    if (payments.length === 0) return
    const valueWei = sum(payments.map((payment) => payment.amountWei))
    batches.push({ payments, valueWei, gas: paymentGas(way, fresh, known) })
    open = { payments: [], fresh: 0, known: 0 }
  }
  for (const { index, address, balanceWei } of wallets) {
    if (balanceWei >= amountWei) continue
    // An account without coins may be new to the chain, which costs more.
    const [fresh, known] = balanceWei === 0n ? [1, 0] : [0, 1]
    const tooMuch = paymentGas(way, open.fresh + fresh, open.known + known) > maxGasPerTransaction
    if (tooMuch || open.payments.length >= limit) close()
    open.payments.push({ index, address, amountWei: amountWei - balanceWei })
    open.fresh += fresh
    open.known += known
  }
  close()

  const payments = batches.reduce((count, batch) => count + batch.payments.length, 0)
  return {
    batches,
    payments,
    satisfied: wallets.length - payments,
    valueWei: sum(batches.map(({ valueWei }) => valueWei)),
    maxFeesWei: sum(batches.map(({ gas }) => gas)) * maxFeePerGasWei,
  }
}

/**
 * Holds a plan against the spending cap and the funder's balance, before anything is sent.
 *
 * @throws LoadTestError SPENDING_CAP or CHAIN_INSUFFICIENT_FUNDS, saying how much is missing
 * @example checkAffordable(plan, { spendableWei: parseEther('5'), funder, funderBalanceWei })
 */
export function checkAffordable(
  plan: FundingPlan,
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

const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n)
