import { setImmediate } from 'node:timers/promises'
import type { Address } from 'viem'
import type { HdWallets } from './hd-wallets.ts'

/** Wallets derived before the event loop gets its turn: about 2 ms. */
const sliceSize = 16

/**
 * Derives the addresses of many users without holding up the event loop.
 *
 * @throws the signal's reason
 */
export async function deriveAddresses(
  wallets: Pick<HdWallets, 'user'>,
  indexes: Iterable<number>,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<{ index: number; address: Address }[]> {
  const derived: { index: number; address: Address }[] = []
  for (const index of indexes) {
    if (derived.length > 0 && derived.length % sliceSize === 0) await setImmediate()
    signal?.throwIfAborted()
    derived.push({ index, address: wallets.user(index).address })
  }
  return derived
}
