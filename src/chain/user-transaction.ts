import type { Address, Hash, Hex, LocalAccount } from 'viem'
import { type Clock, systemClock } from '../async/clock.ts'
import { broadcast } from './broadcast.ts'
import { estimateGas, readTransactionCount, withMargin } from './chain-reads.ts'
import type { FeeQuote, Fees } from './fees.ts'
import type { RpcPool } from './rpc-pool.ts'
import { signTransaction } from './sign-transaction.ts'

// What other rooms build on: sendUserTransaction({ rpc, fees }, { account, to, data, nonce, signal }) -> UserSubmission.

/** A user's transaction to be. */
export type UserTransaction = {
  account: LocalAccount
  to: Address
  data?: Hex
  /** Wei. @default 0 */
  value?: bigint
  /** The account's nonce: 0 for a wallet that is known to be fresh. @default read from the chain */
  nonce?: number
  /** Gas limit. @default the node's estimate and the margin */
  gas?: bigint
  /** Added to the estimate, as a share of it. @default 0.1 */
  gasMargin?: number
  signal?: AbortSignal | undefined
}

/** A user's transaction on its way. */
export type UserSubmission = {
  hash: Hash
  nonce: number
  gas: bigint
  fees: FeeQuote
  /** Newest block when it was sent, for `ReceiptHub.waitForReceipt`. */
  afterBlock: number
  /** When sending began, `performance.now()`. */
  sendingAtMs: number
  /** When the node had taken it, `performance.now()`. */
  submittedAtMs: number
}

/**
 * Sends one transaction of a user who pays for it, in two RPC calls if the nonce is given: the gas estimate, which also
 * simulates the call, and the transaction itself. Fees come from the per-block policy.
 *
 * The gas is estimated for each user, as a wallet would: it differs by some hundred thousand between a user's first and
 * later flows and with the length of URLs and keys, so a shared figure would either fail or flatter the run by a call.
 *
 * @throws LoadTestError `TX_REVERTED` if the contract would refuse it (nothing is sent), a `CHAIN_*` code (with
 * `details.mayBeSent` if it may be mined all the same); the signal's reason.
 * @example
 * const submission = await sendUserTransaction({ rpc, fees }, { account, to, data, nonce: 0, signal })
 * const mined = await hub.waitForReceipt(submission.hash, submission)
 */
export async function sendUserTransaction(
  { rpc, fees, clock = systemClock }: { rpc: RpcPool; fees: Fees; clock?: Clock },
  { account, to, data, value, nonce: givenNonce, gas: givenGas, gasMargin = 0.1, signal }: UserTransaction,
): Promise<UserSubmission> {
  const sticky = { signal, stickyKey: account.address }
  const call = {
    from: account.address,
    to,
    ...(data === undefined ? {} : { data }),
    ...(value === undefined ? {} : { value }),
  }
  const [nonce, gas, quote] = await Promise.all([
    givenNonce ?? readTransactionCount(rpc, account.address, 'pending', sticky),
    givenGas ?? estimateGas(rpc, call, sticky).then((estimate) => withMargin(estimate, gasMargin)),
    fees.current({ signal }),
  ])
  const { blockNumber: afterBlock, maxFeePerGas, maxPriorityFeePerGas } = quote
  const signed = await signTransaction(account, rpc.chainId, { to, data, value, gas }, nonce, quote)
  const sendingAtMs = clock.now()
  await broadcast(rpc, signed, { ...sticky, clock })
  return {
    hash: signed.hash,
    nonce,
    gas,
    fees: { maxFeePerGas, maxPriorityFeePerGas },
    afterBlock,
    sendingAtMs,
    submittedAtMs: clock.now(),
  }
}
