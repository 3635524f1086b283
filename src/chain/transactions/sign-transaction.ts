import { type Address, type Hex, type LocalAccount, parseSignature, toBytes } from 'viem'
import { keccak256 } from '../../crypto/keccak256.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import type { SignedTransaction } from './broadcast.ts'
import type { FeeQuote } from './fees.ts'
import { serializeEip1559 } from './serialize-eip1559.ts'

/** What a transaction does, apart from nonce and fees. */
export type TransactionContent = {
  to: Address
  data?: Hex | undefined
  value?: bigint | undefined
  gas: bigint
}

/** The most that a transaction can cost its sender, in wei. */
export const mostWeiOf = (
  { gas, value = 0n }: Pick<TransactionContent, 'gas' | 'value'>,
  { maxFeePerGas }: Pick<FeeQuote, 'maxFeePerGas'>,
): bigint => gas * maxFeePerGas + value

/** A transaction to sign. */
export type TransactionToSign = TransactionContent & { chainId: number; nonce: number; fees: FeeQuote }

/**
 * Signs an EIP-1559 transaction locally and computes its hash.
 *
 * @throws LoadTestError `CRYPTO_FAILED` if the account cannot sign a hash, as those of `toNativeAccount` and viem can.
 * @example const { raw, hash } = await signTransaction(account, { chainId: 14800, nonce: 0, to, gas: 21_000n, fees })
 */
export async function signTransaction(
  account: LocalAccount,
  { chainId, nonce, to, data = '0x', value = 0n, gas, fees }: TransactionToSign,
): Promise<SignedTransaction> {
  const { maxFeePerGas, maxPriorityFeePerGas } = fees
  if (account.sign === undefined) throw new LoadTestError('CRYPTO_FAILED', 'The account cannot sign a hash.')
  const transaction = { chainId, nonce, maxPriorityFeePerGas, maxFeePerGas, gas, to, value, data }
  const signature = parseSignature(await account.sign({ hash: keccak256(serializeEip1559(transaction)) }))
  const raw = serializeEip1559(transaction, {
    r: toBytes(signature.r),
    s: toBytes(signature.s),
    yParity: signature.yParity,
  })
  return { raw: `0x${Buffer.from(raw).toString('hex')}`, hash: keccak256(raw) }
}
