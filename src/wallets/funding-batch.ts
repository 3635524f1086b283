import type { Address } from 'viem'

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

/** What payments come to. */
export type FundingTotals = {
  /** Wallets that lack something. */
  payments: number
  /** Wallets that already hold enough. */
  satisfied: number
  transactions: number
  valueWei: bigint
  /** The most that gas can cost. */
  maxFeesWei: bigint
}
