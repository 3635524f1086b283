import type { Address, Hash } from 'viem'
import { systemClock } from '../async/clock.ts'
import { isKnownTransaction, readReceipt, readTransactionCount } from '../chain/chain-reads.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { WalletChain } from './wallet-chain.ts'

/**
 * Waits until what an account sent earlier, perhaps before a crash, is in a block: a balance read before that would be
 * paid a second time.
 *
 * @param options.hashes transactions known to have been sent; one that no node knows any more is not waited for
 * @param options.timeoutMs how long to wait. @default 120_000
 * @throws LoadTestError CHAIN_NONCE if the account's transactions do not get into a block; the signal's reason
 * @example await settleEarlier(chain, funder, { hashes: openPayments(journal), signal })
 */
export async function settleEarlier(
  { rpc }: Pick<WalletChain, 'rpc'>,
  address: Address,
  options: { hashes?: readonly Hash[]; timeoutMs?: number; signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const { hashes = [], timeoutMs = 120_000, signal } = options
  const read = { signal, stickyKey: address }
  const deadline = systemClock.now() + timeoutMs
  const sent = await readTransactionCount(rpc, address, 'pending', read)
  let waiting = [...hashes]
  for (;;) {
    const mined = await readTransactionCount(rpc, address, 'latest', read)
    const still: Hash[] = []
    for (const hash of waiting) {
      const isOpen =
        (await readReceipt(rpc, hash, read)) === null && (await isKnownTransaction(rpc, hash, read))
      if (isOpen) still.push(hash)
    }
    waiting = still
    if (mined >= sent && waiting.length === 0) return
    if (systemClock.now() >= deadline) {
      const count = Math.max(sent - mined, waiting.length)
      throw new LoadTestError(
        'CHAIN_NONCE',
        `${count} earlier transactions of ${address} are in no block after ${timeoutMs / 1000} s.`,
        { hint: 'Wait until they are mined, or replace them; paying now could pay twice.' },
      )
    }
    await systemClock.sleepUntil(systemClock.now() + 500, signal)
  }
}
