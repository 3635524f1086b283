import type { RpcPool } from '../chain/rpc/rpc.ts'
import { deriveAddresses } from './derive-addresses.ts'
import type { WalletBalance } from './funding-batch.ts'
import type { HdWallets } from './hd-wallets.ts'
import { chunkRange, type IndexRange, indexesOf } from './index-range.ts'
import type { Persistence } from './persistence.ts'
import { type ReadBalancesOptions, readBalances } from './read-balances.ts'

/** What wallets are read with. */
export type WalletReader = {
  rpc: RpcPool
  wallets: Pick<HdWallets, 'user'>
  multicall3: ReadBalancesOptions['multicall3']
  /** Repeats what fails because a node does. @default nothing is repeated */
  persistence?: Persistence | undefined
  signal?: AbortSignal | undefined
}

/** Wallets read together, in one call where there is Multicall3. */
export const walletsAtOnce = 500

/**
 * Derives the wallets of ranges and reads their balances, some hundred at a time, when the next are asked for: however
 * many there are, no more than those and the next are held.
 *
 * @throws LoadTestError a `CHAIN_*` code; the signal's reason
 * @example for await (const wallets of readWallets({ rpc, wallets: hd, multicall3 }, [{ from: 0, count: 1_000_000 }])) ...
 */
export async function* readWallets(
  { rpc, wallets, multicall3, persistence, signal }: WalletReader,
  ranges: readonly IndexRange[],
): AsyncGenerator<WalletBalance[]> {
  const chunks = chunksOf(ranges)
  const deriveNext = (): ReturnType<typeof deriveAddresses> | undefined => {
    const chunk = chunks.next()
    const deriving = chunk.done ? undefined : deriveAddresses(wallets, indexesOf(chunk.value), { signal })
    // Nobody may be there any more to hear that it was given up.
    deriving?.catch(() => undefined)
    return deriving
  }
  for (let next = deriveNext(); next !== undefined; ) {
    const derived = await next
    const addresses = derived.map(({ address }) => address)
    const read = (): Promise<bigint[]> => readBalances(rpc, addresses, { multicall3, signal })
    const reading = persistence?.hold(read) ?? read()
    // While the node looks, the next are derived.
    next = deriveNext()
    const balances = await reading
    persistence?.progressed()
    yield derived.map((wallet, i) => ({ ...wallet, balanceWei: balances[i] ?? 0n }))
  }
}

function* chunksOf(ranges: readonly IndexRange[]): Generator<IndexRange> {
  for (const range of ranges) yield* chunkRange(range, walletsAtOnce)
}
