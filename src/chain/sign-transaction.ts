import { type Address, type Hex, keccak256, type LocalAccount } from 'viem'
import type { SignedTransaction } from './broadcast.ts'
import type { FeeQuote } from './fees.ts'

/** What a transaction does, apart from nonce and fees. */
export type TransactionContent = {
  to: Address
  data?: Hex | undefined
  value?: bigint | undefined
  gas: bigint
}

/**
 * Signs an EIP-1559 transaction locally and computes its hash.
 *
 * @example const { raw, hash } = await signTransaction(account, 14800, { to, gas: 21_000n }, 0, quote)
 */
export async function signTransaction(
  account: LocalAccount,
  chainId: number,
  { to, data, value, gas }: TransactionContent,
  nonce: number,
  { maxFeePerGas, maxPriorityFeePerGas }: FeeQuote,
): Promise<SignedTransaction> {
  const raw = await account.signTransaction({
    type: 'eip1559',
    chainId,
    nonce,
    to,
    gas,
    maxFeePerGas,
    maxPriorityFeePerGas,
    ...(data === undefined ? {} : { data }),
    ...(value === undefined ? {} : { value }),
  })
  return { raw, hash: keccak256(raw) }
}
