import type { Address } from 'viem'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { HdWallets } from './hd-wallets.ts'
import { chunkRange, type IndexRange } from './index-range.ts'
import { createPersistence, type PersistenceOptions } from './persistence.ts'
import { createNonceReader } from './read-nonces.ts'
import { walletsAtOnce } from './read-wallets.ts'
import { sweepChunk } from './sweep-chunk.ts'
import type { SweptWallet } from './sweep-wallet.ts'
import { checkChainAllowed, findAbilities, type MoneyContracts, type WalletChain } from './wallet-chain.ts'

/** What to sweep, and where to. */
export type SweepWalletsOptions = {
  chain: WalletChain
  contracts: MoneyContracts
  wallets: Pick<HdWallets, 'user'>
  range: IndexRange
  /** Where the funds go: the funder, an account without code. */
  to: Address
  /** @default false */
  allowMainnet?: boolean | undefined
  /** Wallets emptied at the same time. @default 500: their transfers take 10.5 million gas, a third of a block */
  concurrency?: number | undefined
  /** Called with each transaction that returned funds. */
  onSwept?: ((wallet: SweptWallet) => void) | undefined
  /** How long to go on while the chain's endpoints fail, in milliseconds without any success. @default 120_000 */
  persistMs?: number | undefined
  /** Called with a sentence for people when an endpoint fails and is tried again. */
  note?: PersistenceOptions['note'] | undefined
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
  /** What the chain says is left on those that could be read: less on each emptied one than the gas to send it. */
  leftWei: bigint
  /** Wallets whose balance at the end is not known, since no endpoint answered. */
  unreadWallets: number
  /** Wallets that could not be emptied; those that were never looked at included. */
  failedWallets: number
  /** From the first to the last of them: sweeping this range again returns the rest. */
  remaining: IndexRange | undefined
  /** Why, for the first thousand of them; of wallets that were never looked at, for the first alone. */
  failures: SweepFailure[]
}

/** A wallet that could not be emptied. */
export type SweepFailure = { index: number; error: LoadTestError }

/** Failures that are reported one by one: each holds an error with its stack. */
const maxFailures = 1_000

/**
 * Returns what is left on a range of wallets. It works from the chain alone, so it may be stopped or killed at any moment
 * and called again.
 *
 * A wallet that can't be emptied does not keep the others from it; it is among the failures. While endpoints fail, the
 * wallets concerned are tried again, with longer and longer pauses, until nothing has worked for the stated time; if not
 * even balances can be read for so long, the remaining wallets are left as failed.
 *
 * @throws LoadTestError MAINNET_REFUSED; CONFIG_INVALID if the receiver has code; a `CHAIN_*` code if the chain can't be
 * read at the start; the signal's reason
 * @example const { sweptWei, leftWei } = await sweepWallets({ chain, contracts, wallets, range, to: funder })
 */
export async function sweepWallets(options: SweepWalletsOptions): Promise<SweepResult> {
  const { chain, contracts, wallets, range, to, concurrency = walletsAtOnce, signal } = options
  checkChainAllowed(chain.rpc.chainId, options.allowMainnet ?? false)
  const persistence = createPersistence(options)
  const { multicall3, tipWei } = await persistence.hold(async () => {
    const code = await chain.rpc.request('eth_getCode', [to, 'latest'], { signal })
    if (code !== '0x') {
      throw new LoadTestError('CONFIG_INVALID', `${to} has code; funds are returned to plain accounts only.`)
    }
    // Read once: what these transfers pay above the base fee counts as a tip for readers of the chain's history afterwards.
    const { maxPriorityFeePerGas } = await chain.fees.current({ signal })
    return { ...(await findAbilities(chain, contracts, { signal })), tipWei: maxPriorityFeePerGas }
  })
  const result: SweepResult = {
    wallets: range.count,
    sweptWallets: 0,
    sweptWei: 0n,
    feesWei: 0n,
    leftWei: 0n,
    unreadWallets: 0,
    failedWallets: 0,
    remaining: undefined,
    failures: [],
  }

  const fail = (index: number, error: LoadTestError, count = 1): void => {
    result.failedWallets += count
    if (result.failures.length < maxFailures) result.failures.push({ index, error })
    const from = Math.min(result.remaining?.from ?? index, index)
    const end = result.remaining === undefined ? 0 : result.remaining.from + result.remaining.count
    result.remaining = { from, count: Math.max(end, index + count) - from }
  }
  const sweeper = {
    chain,
    wallets,
    to,
    multicall3,
    tipWei,
    concurrency,
    persistence,
    signal,
    readNonces: createNonceReader(chain.rpc),
    onSwept(swept: SweptWallet) {
      if (swept.sweptWei > 0n) result.sweptWallets += 1
      result.sweptWei += swept.sweptWei
      result.feesWei += swept.feesWei
      options.onSwept?.(swept)
    },
  }

  for (const chunk of chunkRange(range, walletsAtOnce)) {
    const { failures, leftWei, lost } = await sweepChunk(sweeper, chunk)
    for (const { index, error } of failures) fail(index, error)
    result.leftWei += leftWei ?? 0n
    if (leftWei === undefined) result.unreadWallets += chunk.count
    if (lost === undefined) continue
    // Nothing can be read any more, and each further chunk would take as long to find that out.
    const next = lost.isLooked ? chunk.from + chunk.count : chunk.from
    const others = range.from + range.count - next
    if (others > 0) fail(next, lost.error, others)
    result.unreadWallets += range.from + range.count - chunk.from - chunk.count
    break
  }
  return result
}
