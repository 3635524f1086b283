import type { Address, Hex, LocalAccount } from 'viem'
import { type Clock, systemClock } from '../../async/clock.ts'
import type { LaneLedger } from '../lanes/lane-ledger.ts'
import { createLaneSigner } from '../lanes/lane-signing.ts'
import { estimateGas, readTransactionCount, withMargin } from '../rpc/chain-reads.ts'
import type { RpcPool } from '../rpc/rpc.ts'
import { rejectionReason } from '../rpc/rpc-error.ts'
import { broadcast, mayBeSent, type SignedTransaction } from './broadcast.ts'
import type { FeeQuote, Fees } from './fees.ts'
import type { FundsFor } from './funds-for.ts'
import type { KeepTransaction, KeptTransaction } from './keep-transaction.ts'

// What other rooms build on: sendUserTransaction({ rpc, fees }, { account, to, data, gas, nonce, signal }) -> UserSubmission.

/** A user's transaction to be. */
export type UserTransaction = {
  account: LocalAccount
  to: Address
  data?: Hex | undefined
  /** Wei. @default 0 */
  value?: bigint | undefined
  /** The account's nonce: 0 for a wallet that is known to be fresh. @default read from the chain */
  nonce?: number | undefined
  /** Gas limit, or what is added to the node's estimate, as a share of it. */
  gas: bigint | { margin: number }
  /** @default the account has what it has */
  fundsFor?: FundsFor | undefined
  /** Written for all that is sent, under every hash. @default none */
  ledger?: LaneLedger | undefined
  signal?: AbortSignal | undefined
}

/** What a user's transaction is sent with. */
export type UserTransactionParts = {
  rpc: RpcPool
  fees: Fees
  keep?: KeepTransaction | undefined
  clock?: Clock | undefined
}

/** A user's transaction in flight. */
export type UserSubmission = SignedTransaction & {
  nonce: number
  gas: bigint
  fees: FeeQuote
  /** Newest block when it was sent, for `ReceiptHub.waitForReceipt`. */
  afterBlock: number
  /** When sending began, `performance.now()`. */
  sendingAtMs: number
  /** When the node had taken it, `performance.now()`; when sending ended, if the answer was lost. */
  submittedAtMs: number
  /** Its keeping, see {@link createTransactionKeeper}. */
  kept?: KeptTransaction | undefined
}

/**
 * Sends one transaction of a user who pays for it, in two RPC calls if the nonce is given: the gas estimate, which also
 * simulates the call, and the transaction itself. Fees come from the per-block policy.
 *
 * The gas is estimated for each user, as a wallet would: it differs by some hundred thousand between a user's first and
 * later flows and with the length of URLs and keys, so a shared figure would either fail or flatter the run by a call.
 *
 * @throws LoadTestError `TX_REVERTED` if the contract would refuse it (nothing is sent), a `CHAIN_*` code (with
 * `details.mayBeSent` if it may still be mined, unless it is kept); the signal's reason.
 * @param parts.keep looks after the transaction from the moment that a node has, or may have it. @default nobody does
 * @example
 * const submission = await sendUserTransaction({ rpc, fees }, { account, to, data, gas: { margin: 0.1 }, nonce: 0, signal })
 * const mined = await hub.waitForReceipt(submission.hash, submission)
 */
export async function sendUserTransaction(
  { rpc, fees, keep, clock = systemClock }: UserTransactionParts,
  transaction: UserTransaction,
): Promise<UserSubmission> {
  const { account, to, data, value, nonce: givenNonce, gas: wanted } = transaction
  const { fundsFor, ledger, signal } = transaction
  const signer = createLaneSigner({ rpc, account, clock, ledger })
  const sticky = { signal, stickyKey: account.address }
  const call = { from: account.address, to, data, value }
  const [nonce, gas] = await Promise.all([
    givenNonce ?? readTransactionCount(rpc, account.address, { at: 'pending', ...sticky }),
    typeof wanted === 'bigint'
      ? wanted
      : estimateGas(rpc, call, sticky).then((estimate) => withMargin(estimate, wanted.margin)),
  ])
  const send = async (): Promise<UserSubmission> => {
    const { blockNumber, maxFeePerGas, maxPriorityFeePerGas } = await fees.current({ signal })
    const quote = { maxFeePerGas, maxPriorityFeePerGas }
    const content = { to, data, value, gas }
    const entry = await signer.sign({ nonce, content, fees: quote, blockNumber, isRepair: false })
    const sendingAtMs = clock.now()
    try {
      await broadcast(rpc, entry.signed, { ...sticky, clock })
      entry.accepted = true
    } catch (error) {
      if (!mayBeSent(error)) entry.ledger.unsent?.(entry.signed.hash)
      if (!mayBeSent(error) || keep === undefined) throw error
    }
    const kept = keep?.(entry, { account, ledger, fundsFor, signal })
    const times = { sendingAtMs, submittedAtMs: clock.now() }
    return { ...entry.signed, nonce, gas, fees: quote, afterBlock: blockNumber, ...times, kept }
  }
  return fundsFor === undefined ? await send() : await sendFunded(send, { gas, fundsFor, clock, signal })
}

/** How often a transaction is priced anew while its price rises faster than its account is paid. */
const fundedAttempts = 5

/** Sends once the account has the price, and again when it rose meanwhile: what a node refuses for that was not sent. */
async function sendFunded(
  send: () => Promise<UserSubmission>,
  options: { gas: bigint; fundsFor: FundsFor; clock: Clock; signal: AbortSignal | undefined },
): Promise<UserSubmission> {
  const { gas, fundsFor, clock, signal } = options
  let refused = false
  for (let attempt = 1; ; attempt += 1) {
    await fundsFor(gas, { refused, signal })
    try {
      return await send()
    } catch (error) {
      refused = rejectionReason(error) === 'insufficient-funds' && !mayBeSent(error)
      if (!refused || attempt >= fundedAttempts) throw error
    }
    // The node may be a block behind the one that showed the payment.
    await clock.sleepUntil(clock.now() + 100 * 2 ** attempt, signal)
  }
}
