import type { Address, Hash } from 'viem'
import { type Clock, systemClock } from '../async/clock.ts'
import { isFinal, type Sighting } from '../chain/blocks/finality.ts'
import { isKnownTransaction, readReceipt, readTransactionCount } from '../chain/rpc/chain-reads.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { WalletChain } from './wallet-chain.ts'

/**
 * Waits until what an account sent earlier, perhaps before a crash, is in a block: a balance read before that would be
 * paid a second time.
 *
 * @param options.hashes transactions that may have been sent; one is given up when for some blocks no node has known it, since
 * a backend that lags behind knows neither the transaction nor its receipt
 * @param options.timeoutMs how long to wait. @default 120_000
 * @throws LoadTestError CHAIN_NONCE if the account's transactions do not get into a block; the signal's reason
 * @example await settleEarlier(chain, funder, { hashes: openPayments(journal), signal })
 */
export async function settleEarlier(
  { rpc, feed }: Pick<WalletChain, 'rpc' | 'feed'>,
  address: Address,
  options: {
    hashes?: readonly Hash[] | undefined
    timeoutMs?: number | undefined
    signal?: AbortSignal | undefined
    clock?: Clock | undefined
  } = {},
): Promise<void> {
  const { hashes = [], timeoutMs = 120_000, signal, clock = systemClock } = options
  const read = { signal, stickyKey: address }
  const deadline = clock.now() + timeoutMs
  const sent = await readTransactionCount(rpc, address, { at: 'pending', ...read })
  let waiting = [...hashes]
  const unknownSince = new Map<Hash, Sighting>()

  async function isOpen(hash: Hash, now: Sighting): Promise<boolean> {
    if ((await readReceipt(rpc, hash, read)) !== null) return false
    if (await isKnownTransaction(rpc, hash, read)) {
      unknownSince.delete(hash)
      return true
    }
    const since = unknownSince.get(hash) ?? now
    unknownSince.set(hash, since)
    return !isFinal(since, now)
  }

  for (;;) {
    const mined = await readTransactionCount(rpc, address, read)
    const still: Hash[] = []
    if (waiting.length > 0) {
      const { number } = await feed.head({ signal, maxAgeMs: 0 })
      const now = { block: number, atMs: clock.now() }
      for (const hash of waiting) if (await isOpen(hash, now)) still.push(hash)
    }
    waiting = still
    if (mined >= sent && waiting.length === 0) return
    if (clock.now() >= deadline) {
      const count = Math.max(sent - mined, waiting.length)
      throw new LoadTestError(
        'CHAIN_NONCE',
        `${count} earlier transactions of ${address} are in no block after ${timeoutMs / 1000} s.`,
        { hint: 'Wait until they are mined, or replace them; paying now could pay twice.' },
      )
    }
    await clock.sleepUntil(clock.now() + 500, signal)
  }
}
