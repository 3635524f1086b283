import type { Address, Hash } from 'viem'
import { systemClock } from '../async/clock.ts'
import { gasCostWei, type Receipt, readBalance, readReceipt } from '../chain/rpc/chain-reads.ts'
import type { RpcPool, RpcRequestOptions } from '../chain/rpc/rpc.ts'
import { rejectionReason } from '../chain/rpc/rpc-error.ts'
import { broadcast, mayBeSent, type SignedTransaction } from '../chain/transactions/broadcast.ts'
import { tellRevert } from '../chain/transactions/explain-revert.ts'
import { signTransaction } from '../chain/transactions/sign-transaction.ts'
import { toNativeAccount } from '../crypto/native-account.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { HdWallet } from './hd-wallets.ts'
import { type AccountNonces, readNoncesOf } from './read-nonces.ts'
import type { WalletChain } from './wallet-chain.ts'

/** Gas of a transfer to an account without code. */
export const transferGas = 21_000n

/** What one transaction of a wallet gave back. */
export type SweptWallet = {
  index: number
  hash: Hash
  sweptWei: bigint
  /** Gas that the wallet paid for it. */
  feesWei: bigint
  blockNumber: number
}

/** What was sent of a wallet and has no known end; it outlives a failed attempt, so that nothing goes unrecorded. */
export type SweepState = {
  /** Values by hash of the transactions with the nonce that is not used up yet. */
  open?: { nonce: number; value: Map<Hash, bigint> } | undefined
}

/** Settings of {@link sweepWallet}. */
export type SweepWalletOptions = {
  /** What is known of the wallet already, to spare the first reads. */
  found?: { balanceWei: bigint; nonces: AccountNonces } | undefined
  /** Where the funds go; an account without code. */
  to: Address
  /** Paid above the base fee at first, wei per gas. @default the tip of the day, see `createFees` */
  tipWei?: bigint | undefined
  /** How long a transaction may take to be in a block before it is sent again with a higher price. @default 30_000 */
  confirmTimeoutMs?: number | undefined
  /** How long to wait for transactions of the wallet in flight before they are replaced. @default 15_000 */
  patienceMs?: number | undefined
  /** How long a used nonce's receipt is looked for before its transaction counts as someone else's. @default 30_000 */
  receiptPatienceMs?: number | undefined
  /** Of an earlier attempt that failed. @default nothing was sent */
  state?: SweepState | undefined
  /** Called with each transaction in a block; nearly always there is one. */
  onSwept: (swept: SweptWallet) => void
  signal?: AbortSignal | undefined
}

/** How often the price is raised or the state of the wallet read again. */
const maxAttempts = 20

/**
 * Sends everything that a wallet holds, less the gas for it, so that exactly nothing is left: with tip and cap alike,
 * the price per gas is known before the block is.
 *
 * A wallet that holds less than the gas costs keeps it. A transaction that gets stuck is replaced, never doubled: all
 * have the same nonce.
 *
 * @throws LoadTestError TX_REVERTED if the receiver refuses the funds, which cost gas nevertheless; TX_NOT_CONFIRMED if no
 * block takes it; CHAIN_UNDERPRICED rather than pay more per gas than the cap; another `CHAIN_*` code; the signal's reason
 * @example await sweepWallet(chain, wallets.user(7), { to: funder, onSwept: ({ sweptWei }) => console.log(sweptWei) })
 */
export async function sweepWallet(
  chain: WalletChain,
  wallet: HdWallet,
  options: SweepWalletOptions,
): Promise<void> {
  const { rpc, hub } = chain
  const { to, confirmTimeoutMs = 30_000, patienceMs = 15_000, onSwept, signal, state = {} } = options
  const { index, address } = wallet
  const account = toNativeAccount(wallet.privateKey)
  const read = { signal, stickyKey: address }
  const patientUntil = systemClock.now() + patienceMs
  let priceWei = 0n

  async function book(receipt: Receipt, value: Map<Hash, bigint>): Promise<void> {
    const { status, transactionHash: hash } = receipt
    state.open = undefined
    onSwept(sweptBy(receipt, index, value))
    if (status === 'success') return
    const { reason } = await tellRevert(rpc, receipt, { signal })
    throw new LoadTestError(
      'TX_REVERTED',
      `${to} did not take what wallet ${index} (${address}) sent: ${reason}.`,
      {
        hint: 'Return the funds to an account without code, with --receiver.',
        details: { index, address, hash },
      },
    )
  }

  let known = options.found
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const nonces = known?.nonces
    const isSettled = nonces !== undefined && nonces.sent <= nonces.mined
    const nonce = isSettled
      ? nonces.mined
      : await settledNonce(chain, address, { patientUntilMs: patientUntil, signal })
    // A balance is only good with the nonce that was read along with it.
    const balance = isSettled ? known?.balanceWei : undefined
    known = undefined
    if (state.open !== undefined && state.open.nonce < nonce) {
      const { value } = state.open
      const receipt = await findReceipt(rpc, [...value.keys()], { ...read, forMs: options.receiptPatienceMs })
      if (receipt !== undefined) await book(receipt, value)
      state.open = undefined
    }
    const [balanceWei, currentWei] = await Promise.all([
      balance ?? readBalance(rpc, address, read),
      currentPrice(chain, options.tipWei, signal),
    ])
    if (priceWei < currentWei) priceWei = currentWei
    const feeWei = transferGas * priceWei
    if (balanceWei <= feeWei) return

    const value = balanceWei - feeWei
    const fees = { maxFeePerGas: priceWei, maxPriorityFeePerGas: priceWei }
    const signed = await signTransaction(account, {
      chainId: rpc.chainId,
      nonce,
      to,
      value,
      gas: transferGas,
      fees,
    })
    const { number: afterBlock } = await chain.feed.head({ signal })
    const { unclear, nextPriceWei } = await offer(chain, signed, { address, priceWei, attempt, signal })
    if (nextPriceWei !== undefined) {
      priceWei = nextPriceWei
      continue
    }
    const earlier = state.open?.value ?? new Map<Hash, bigint>()
    for (const hash of earlier.keys()) hub.replace(hash, signed.hash)
    state.open = { nonce, value: new Map([...earlier, [signed.hash, value]]) }
    const { value: values } = state.open
    // What no node is known to have gets less time, and the next call offers it again.
    const timeoutMs = unclear === undefined ? confirmTimeoutMs : confirmTimeoutMs / 3
    try {
      const mined = await hub.waitForReceipt(signed.hash, { afterBlock, timeoutMs, signal })
      return await book(mined, values)
    } catch (error) {
      const isSlow = error instanceof LoadTestError && error.code === 'TX_NOT_CONFIRMED'
      if (!isSlow) throw error
      if (unclear !== undefined) throw unclear
      priceWei = await raise(chain, priceWei, signal)
    }
  }
  throw new LoadTestError('TX_NOT_CONFIRMED', `Wallet ${index} (${address}) could not be emptied.`, {
    hint: 'Run `vana-load wallets sweep` again.',
    details: { index, address },
  })
}

/**
 * Offers a transaction to the nodes.
 *
 * @returns `nextPriceWei` if none has taken it, and the wallet is to be looked at again; `unclear` if one may have
 * @throws LoadTestError a `CHAIN_*` code, when it was not sent and another attempt would not help
 */
async function offer(
  chain: WalletChain,
  signed: SignedTransaction,
  options: { address: Address; priceWei: bigint; attempt: number; signal: AbortSignal | undefined },
): Promise<{ unclear?: unknown | undefined; nextPriceWei?: bigint | undefined }> {
  const { address, priceWei, attempt, signal } = options
  try {
    await broadcast(chain.rpc, signed, { stickyKey: address, signal })
    return {}
  } catch (error) {
    // A transaction that may have been taken is waited for: its funds must not go unrecorded.
    if (mayBeSent(error)) return { unclear: error }
    const reason = rejectionReason(error)
    if (reason === 'replacement-underpriced' || reason === 'fee-too-low') {
      return { nextPriceWei: await raise(chain, priceWei, signal) }
    }
    // With these, another transaction of this wallet was quicker.
    if (reason !== 'nonce-too-low' && reason !== 'insufficient-funds') throw error
    // The node that counted may be a block behind the one that refused.
    await systemClock.sleepUntil(systemClock.now() + 50 * attempt, signal)
    return { nextPriceWei: priceWei }
  }
}

/** What a wallet gave back in a block; nothing but gas if the receiver refused it. */
function sweptBy(receipt: Receipt, index: number, value: ReadonlyMap<Hash, bigint>): SweptWallet {
  const { status, transactionHash, blockNumber } = receipt
  const sweptWei = status === 'success' ? (value.get(transactionHash) ?? 0n) : 0n
  return { index, hash: transactionHash, sweptWei, feesWei: gasCostWei(receipt), blockNumber }
}

/**
 * Looks once more for what a failed {@link sweepWallet} sent: it may be in a block by now.
 *
 * @throws the signal's reason; what can't be read stays open
 */
export async function bookOpenSweep(
  { rpc }: Pick<WalletChain, 'rpc'>,
  index: number,
  options: Pick<SweepWalletOptions, 'onSwept' | 'signal'> & { state: SweepState },
): Promise<void> {
  const { state, onSwept, signal } = options
  const value = state.open?.value ?? new Map<Hash, bigint>()
  for (const hash of value.keys()) {
    const receipt = await readReceipt(rpc, hash, { signal }).catch(() => null)
    signal?.throwIfAborted()
    if (receipt === null) continue
    state.open = undefined
    onSwept(sweptBy(receipt, index, value))
  }
}

/** The receipt of what used a nonce: a node's count of transactions runs ahead of its receipts by a block or two. */
async function findReceipt(
  rpc: RpcPool,
  hashes: readonly Hash[],
  { forMs = 30_000, ...read }: RpcRequestOptions & { forMs: number | undefined },
): Promise<Receipt | undefined> {
  for (const untilMs = systemClock.now() + forMs; ; ) {
    for (const hash of hashes) {
      const receipt = await readReceipt(rpc, hash, read)
      if (receipt !== null) return receipt
    }
    if (systemClock.now() >= untilMs) return undefined
    await systemClock.sleepUntil(systemClock.now() + 250, read.signal)
  }
}

/** The nonce after all that is mined; transactions in flight are waited for, and replaced when that takes too long. */
async function settledNonce(
  { rpc }: WalletChain,
  address: Address,
  { patientUntilMs, signal }: { patientUntilMs: number; signal: AbortSignal | undefined },
): Promise<number> {
  for (;;) {
    const { mined, sent } = await readNoncesOf(rpc, address, { signal })
    if (sent <= mined || systemClock.now() >= patientUntilMs) return mined
    await systemClock.sleepUntil(systemClock.now() + 500, signal)
  }
}

/** Base fee with room for two full blocks, and the tip. */
async function currentPrice(
  chain: WalletChain,
  tipWei: bigint | undefined,
  signal: AbortSignal | undefined,
): Promise<bigint> {
  const [{ baseFeePerGas }, quote] = await Promise.all([
    chain.feed.head({ signal }),
    chain.fees.current({ signal }),
  ])
  const wanted = ((baseFeePerGas ?? 0n) * 5n) / 4n + (tipWei ?? quote.maxPriorityFeePerGas)
  return wanted < quote.maxFeePerGas ? wanted : quote.maxFeePerGas
}

/** What nodes take as a replacement, if the cap allows it. */
async function raise(chain: WalletChain, priceWei: bigint, signal: AbortSignal | undefined): Promise<bigint> {
  const raised = await chain.fees.bump({ maxFeePerGas: priceWei, maxPriorityFeePerGas: priceWei }, { signal })
  return raised.maxPriorityFeePerGas
}
