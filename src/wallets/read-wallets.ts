import type { RpcPool } from '../chain/rpc-pool.ts'
import { deriveAddresses } from './derive-addresses.ts'
import type { WalletBalance } from './funding-plan.ts'
import type { HdWallets } from './hd-wallets.ts'
import { chunkRange, type IndexRange, indexesOf } from './index-range.ts'
import { type ReadBalancesOptions, readBalances } from './read-balances.ts'

/** What wallets are read with. */
export type WalletReader = {
  rpc: RpcPool
  wallets: Pick<HdWallets, 'user'>
  multicall3: ReadBalancesOptions['multicall3']
  signal?: AbortSignal | undefined
}

/** Wallets read together, in one call where there is Multicall3. */
export const walletsAtOnce = 500

/**
 * Derives the wallets of ranges and reads their balances, some hundred at a time, when the next are asked for: however
 * many there are, no more than those are held.
 *
 * @throws LoadTestError a `CHAIN_*` code; the signal's reason
 * @example for await (const wallets of readWallets({ rpc, wallets: hd, multicall3 }, [{ from: 0, count: 1_000_000 }])) ...
 */
export async function* readWallets(
  { rpc, wallets, multicall3, signal }: WalletReader,
  ranges: readonly IndexRange[],
): AsyncGenerator<WalletBalance[]> {
  for (const range of ranges) {
    for (const chunk of chunkRange(range, walletsAtOnce)) {
      const derived = await deriveAddresses(wallets, indexesOf(chunk), signal)
      const addresses = derived.map(({ address }) => address)
      const balances = await readBalances(rpc, addresses, { multicall3, signal })
      yield derived.map((wallet, i) => ({ ...wallet, balanceWei: balances[i] ?? 0n }))
    }
  }
}
