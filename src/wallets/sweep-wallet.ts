import type { Address, Hash } from 'viem'
import { systemClock } from '../async/clock.ts'
import { broadcast, mayBeSent } from '../chain/broadcast.ts'
import { type Receipt, readBalance, readReceipt } from '../chain/chain-reads.ts'
import { tellRevert } from '../chain/explain-revert.ts'
import { rejectionReason } from '../chain/rpc-error.ts'
import { signTransaction } from '../chain/sign-transaction.ts'
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
}

/** Settings of {@link sweepWallet}. */
export type SweepWalletOptions = {
  /** What is known of the wallet already, to spare the first reads. */
  found?: { balanceWei: bigint; nonces: AccountNonces } | undefined
  /** Where the coins go; an account without code. */
  to: Address
  /** Paid above the base fee at first, wei per gas. @default the tip of the day, see `createFees` */
  tipWei?: bigint | undefined
  /** How long a transaction may take to be in a block before it is sent again with a higher price. @default 30_000 */
  confirmTimeoutMs?: number
  /** How long transactions of the wallet that are on their way are waited for before they are replaced. @default 15_000 */
  patienceMs?: number
  /** Told of each transaction in a block; nearly always there is one. */
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
 * @throws LoadTestError TX_REVERTED if the receiver refuses the coins, which cost gas all the same; TX_NOT_CONFIRMED if no
 * block takes it; CHAIN_UNDERPRICED rather than pay more per gas than the cap; another `CHAIN_*` code; the signal's reason
 * @example await sweepWallet(chain, wallets.user(7), { to: funder, onSwept: ({ sweptWei }) => console.log(sweptWei) })
 */
export async function sweepWallet(
  chain: WalletChain,
  wallet: HdWallet,
  options: SweepWalletOptions,
): Promise<void> {
  const { rpc, hub } = chain
  const { to, confirmTimeoutMs = 30_000, patienceMs = 15_000, onSwept, signal } = options
  const { index, address } = wallet
  const account = toNativeAccount(wallet.privateKey)
  const read = { signal, stickyKey: address }
  const patientUntil = systemClock.now() + patienceMs
  /** What was sent with the nonce that is not used up yet. */
  let open: { nonce: number; value: Map<Hash, bigint> } | undefined
  let priceWei = 0n

  async function book(receipt: Receipt, value: Map<Hash, bigint>): Promise<void> {
    const { status, transactionHash: hash, gasUsed, effectiveGasPrice } = receipt
    const sweptWei = status === 'success' ? (value.get(hash) ?? 0n) : 0n
    onSwept({ index, hash, sweptWei, feesWei: gasUsed * effectiveGasPrice })
    if (status === 'success') return
    const { reason } = await tellRevert(rpc, receipt, { signal })
    throw new LoadTestError(
      'TX_REVERTED',
      `${to} did not take what wallet ${index} (${address}) sent: ${reason}.`,
      {
        hint: 'Return the coins to an account without code, with --receiver.',
        details: { index, address, hash },
      },
    )
  }

  let known = options.found
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const nonces = known?.nonces
    const isSettled = nonces !== undefined && nonces.sent <= nonces.mined
    const nonce = isSettled ? nonces.mined : await settledNonce(chain, address, patientUntil, signal)
    // A balance is only good with the nonce that was read along with it.
    const balance = isSettled ? known?.balanceWei : undefined
    known = undefined
    if (open !== undefined && open.nonce < nonce) {
      for (const hash of open.value.keys()) {
        const receipt = await readReceipt(rpc, hash, read)
        if (receipt !== null) await book(receipt, open.value)
      }
      open = undefined
    }
    const [balanceWei, currentWei] = await Promise.all([
      balance ?? readBalance(rpc, address, read),
      currentPrice(chain, options.tipWei, signal),
    ])
    if (priceWei < currentWei) priceWei = currentWei
    const feeWei = transferGas * priceWei
    if (balanceWei <= feeWei) return

    const value = balanceWei - feeWei
    const quote = { maxFeePerGas: priceWei, maxPriorityFeePerGas: priceWei }
    const signed = await signTransaction(account, rpc.chainId, { to, value, gas: transferGas }, nonce, quote)
    const { number: afterBlock } = await chain.feed.head({ signal })
    try {
      await broadcast(rpc, signed, { stickyKey: address, signal })
    } catch (error) {
      // What may have been taken all the same is waited for: its coins must not go unbooked.
      if (!mayBeSent(error)) {
        const reason = rejectionReason(error)
        const isTooCheap = reason === 'replacement-underpriced' || reason === 'fee-too-low'
        if (isTooCheap) priceWei = await raise(chain, priceWei, signal)
        // Another transaction of this wallet was quicker: look again.
        else if (reason !== 'nonce-too-low' && reason !== 'insufficient-funds') throw error
        continue
      }
    }
    for (const earlier of open?.value.keys() ?? []) hub.replace(earlier, signed.hash)
    open = { nonce, value: new Map([...(open?.value ?? []), [signed.hash, value]]) }
    try {
      const mined = await hub.waitForReceipt(signed.hash, { afterBlock, timeoutMs: confirmTimeoutMs, signal })
      return await book(mined, open.value)
    } catch (error) {
      const isSlow = error instanceof LoadTestError && error.code === 'TX_NOT_CONFIRMED'
      if (!isSlow) throw error
      priceWei = await raise(chain, priceWei, signal)
    }
  }
  throw new LoadTestError('TX_NOT_CONFIRMED', `Wallet ${index} (${address}) could not be emptied.`, {
    hint: 'Run `vana-load wallets sweep` again.',
    details: { index, address },
  })
}

/** The nonce after all that is mined; what is still on its way is waited for, and then to be replaced. */
async function settledNonce(
  { rpc }: WalletChain,
  address: Address,
  patientUntilMs: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  for (;;) {
    const { mined, sent } = await readNoncesOf(rpc, address, signal)
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
