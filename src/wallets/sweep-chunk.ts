import type { Address } from 'viem'
import { LoadTestError } from '../errors/load-test-error.ts'
import { deriveAddresses } from './derive-addresses.ts'
import type { HdWallets } from './hd-wallets.ts'
import { type IndexRange, indexesOf } from './index-range.ts'
import { isPassing, type Persistence } from './persistence.ts'
import { type ReadBalancesOptions, readBalances } from './read-balances.ts'
import type { AccountNonces, createNonceReader } from './read-nonces.ts'
import { runLimited } from './run-limited.ts'
import { bookOpenSweep, type SweepState, type SweptWallet, sweepWallet } from './sweep-wallet.ts'
import type { WalletChain } from './wallet-chain.ts'

/** What wallets are swept with. */
export type Sweeper = {
  chain: WalletChain
  wallets: Pick<HdWallets, 'user'>
  to: Address
  multicall3: ReadBalancesOptions['multicall3']
  tipWei: bigint
  concurrency: number
  persistence: Persistence
  readNonces: ReturnType<typeof createNonceReader>
  onSwept(swept: SweptWallet): void
  signal?: AbortSignal | undefined
}

/** What became of some wallets. */
export type SweptChunk = {
  failures: { index: number; error: LoadTestError }[]
  /** What the chain says they hold in the end; `undefined` if it can't be read. */
  leftWei: bigint | undefined
  /** Why balances can't be read, if they can't; `isLooked` once they were read before the wallets were swept. */
  lost: { error: LoadTestError; isLooked: boolean } | undefined
}

type Holder = { index: number; found?: { balanceWei: bigint; nonces: AccountNonces } | undefined }

/**
 * Empties some hundred wallets, in rounds: those that failed because a node did are tried again until nothing has worked
 * for the stated time.
 *
 * @throws the signal's reason
 */
export async function sweepChunk(sweeper: Sweeper, chunk: IndexRange): Promise<SweptChunk> {
  const { chain, wallets, multicall3, persistence, signal } = sweeper
  const derived = await deriveAddresses(wallets, indexesOf(chunk), { signal })
  const addresses = derived.map(({ address }) => address)
  let sinceBlock = 0
  const readAll = (): Promise<bigint[]> =>
    persistence.hold(() => readBalances(chain.rpc, addresses, { multicall3, sinceBlock, signal }))

  let balances: bigint[]
  try {
    balances = await readAll()
  } catch (error) {
    return { failures: [], leftWei: undefined, lost: { error: classified(error, signal), isLooked: false } }
  }
  persistence.progressed()
  const holding = derived.flatMap((wallet, i) => {
    const balanceWei = balances[i] ?? 0n
    return balanceWei > 0n ? [{ ...wallet, balanceWei }] : []
  })
  const failures = await sweepInRounds(
    {
      ...sweeper,
      onSwept(swept) {
        sinceBlock = Math.max(sinceBlock, swept.blockNumber)
        sweeper.onSwept(swept)
      },
    },
    await withNonces(sweeper, holding),
  )
  try {
    const left = await readAll()
    return { failures, leftWei: left.reduce((sum, wei) => sum + wei, 0n), lost: undefined }
  } catch (error) {
    return { failures, leftWei: undefined, lost: { error: classified(error, signal), isLooked: true } }
  }
}

/** Reads the nonces of all at once, which spares each wallet its own first look. */
async function withNonces(
  { persistence, readNonces, signal }: Sweeper,
  holding: readonly { index: number; address: Address; balanceWei: bigint }[],
): Promise<Holder[]> {
  const addresses = holding.map(({ address }) => address)
  const nonces = await persistence
    .hold(() => readNonces(addresses, { signal }))
    .catch((error: unknown) => {
      classified(error, signal)
      return []
    })
  return holding.map(({ index, balanceWei }, i) => {
    const known = nonces[i]
    return { index, found: known && { balanceWei, nonces: known } }
  })
}

async function sweepInRounds(sweeper: Sweeper, holders: readonly Holder[]): Promise<SweptChunk['failures']> {
  const { chain, wallets, to, tipWei, concurrency, persistence, onSwept, signal } = sweeper
  /** Of those that failed: what was sent of them may still be mined. */
  const states = new Map<number, SweepState>()
  const failures: SweptChunk['failures'] = []
  for (let due = holders; ; ) {
    const again: SweptChunk['failures'] = []
    await runLimited(due, concurrency, async ({ index, found }) => {
      const state = states.get(index) ?? {}
      try {
        await sweepWallet(chain, wallets.user(index), { to, found, tipWei, state, onSwept, signal })
        states.delete(index)
        persistence.progressed()
      } catch (error) {
        const failure = { index, error: classified(error, signal) }
        states.set(index, state)
        if (isPassing(error)) again.push(failure)
        else failures.push(failure)
      }
    })
    const [first] = again
    const goesOn = first !== undefined && (await persistence.pause(first.error))
    if (!goesOn) {
      for (const [index, state] of states) await bookOpenSweep(chain, index, { state, onSwept, signal })
      return [...failures, ...again]
    }
    due = again.map(({ index }) => ({ index }))
  }
}

/** @throws the error itself unless it is classified; the signal's reason */
function classified(error: unknown, signal: AbortSignal | undefined): LoadTestError {
  signal?.throwIfAborted()
  if (error instanceof LoadTestError) return error
  throw error
}
