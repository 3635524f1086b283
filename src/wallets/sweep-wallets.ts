import type { Address } from 'viem'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { HdWallets } from './hd-wallets.ts'
import type { IndexRange } from './index-range.ts'
import { readBalances } from './read-balances.ts'
import { createNonceReader } from './read-nonces.ts'
import { readWallets, walletsAtOnce } from './read-wallets.ts'
import { runLimited } from './run-limited.ts'
import { type SweptWallet, sweepWallet } from './sweep-wallet.ts'
import { checkChainAllowed, findAbilities, type MoneyContracts, type WalletChain } from './wallet-chain.ts'

/** What to sweep, and where to. */
export type SweepWalletsOptions = {
  chain: WalletChain
  contracts: MoneyContracts
  wallets: Pick<HdWallets, 'user'>
  range: IndexRange
  /** Where the coins go: the funder, an account without code. */
  to: Address
  /** @default false */
  allowMainnet?: boolean
  /** Wallets emptied at the same time. @default 500: their transfers take 10.5 million gas, a third of a block */
  concurrency?: number
  /** Told of each transaction that returned coins, e.g. for the books. */
  onSwept?: (wallet: SweptWallet) => void
  signal?: AbortSignal | undefined
}

/** What sweeping did. */
export type SweepResult = {
  wallets: number
  /** Wallets that gave something back. */
  sweptWallets: number
  sweptWei: bigint
  /** Gas that the wallets paid for it. */
  feesWei: bigint
  /** What the chain says is left on all of them: less on each than the gas to send it. */
  leftWei: bigint
  /** Wallets that could not be emptied. */
  failedWallets: number
  /** Why, for the first thousand of them. */
  failures: { index: number; error: LoadTestError }[]
}

/** Failures that are told of one by one: each holds an error with its stack. */
const maxFailures = 1_000

/**
 * Returns what is left on a range of wallets. It works from the chain alone, so it may be stopped or killed at any moment
 * and called again.
 *
 * One wallet that can't be emptied does not keep the others from it; it is among the failures.
 *
 * @throws LoadTestError MAINNET_REFUSED; CONFIG_INVALID if the receiver has code; a `CHAIN_*` code if balances can't be
 * read; the signal's reason
 * @example const { sweptWei, leftWei } = await sweepWallets({ chain, contracts, wallets, range, to: funder })
 */
export async function sweepWallets(options: SweepWalletsOptions): Promise<SweepResult> {
  const { chain, contracts, wallets, range, to, concurrency = walletsAtOnce, onSwept, signal } = options
  checkChainAllowed(chain.rpc.chainId, options.allowMainnet ?? false)
  const code = await chain.rpc.request('eth_getCode', [to, 'latest'], { signal })
  if (code !== '0x') {
    throw new LoadTestError('CONFIG_INVALID', `${to} has code; coins are returned to plain accounts only.`)
  }
  const { multicall3 } = await findAbilities(chain, contracts, signal)
  // Read once: what these transfers pay above the base fee is a tip to whoever reads the chain's history afterwards.
  const { maxPriorityFeePerGas: tipWei } = await chain.fees.current({ signal })
  const result: SweepResult = {
    wallets: range.count,
    sweptWallets: 0,
    sweptWei: 0n,
    feesWei: 0n,
    leftWei: 0n,
    failedWallets: 0,
    failures: [],
  }

  const book = (swept: SweptWallet): void => {
    if (swept.sweptWei > 0n) result.sweptWallets += 1
    result.sweptWei += swept.sweptWei
    result.feesWei += swept.feesWei
    onSwept?.(swept)
  }

  const readNonces = createNonceReader(chain.rpc)
  const reader = { rpc: chain.rpc, wallets, multicall3, signal }
  for await (const found of readWallets(reader, [range])) {
    const holders = found.filter(({ balanceWei }) => balanceWei > 0n)
    const nonces = await readNonces(
      holders.map(({ address }) => address),
      signal,
    )
    await runLimited(holders.entries(), concurrency, async ([i, { index, balanceWei }]) => {
      const known = nonces[i]
      const state = known === undefined ? undefined : { balanceWei, nonces: known }
      try {
        await sweepWallet(chain, wallets.user(index), { to, found: state, tipWei, onSwept: book, signal })
      } catch (error) {
        signal?.throwIfAborted()
        if (!(error instanceof LoadTestError)) throw error
        result.failedWallets += 1
        if (result.failures.length < maxFailures) result.failures.push({ index, error })
      }
    })
    const addresses = found.map(({ address }) => address)
    const left = await readBalances(chain.rpc, addresses, { multicall3, signal })
    result.leftWei += left.reduce((sum, wei) => sum + wei, 0n)
  }
  return result
}
