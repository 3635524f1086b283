import { LoadTestError } from '../errors/load-test-error.ts'
import { type FundingResult, type FundWalletsOptions, fundWallets } from './fund-wallets.ts'
import type { WalletBalance } from './funding-batch.ts'
import { createHdWallets, type HdWallet, type HdWallets } from './hd-wallets.ts'
import { type IndexRange, indexesOf, namedRanges, nameRanges, uniteRanges } from './index-range.ts'
import { readWallets } from './read-wallets.ts'
import { type SweepResult, type SweepWalletsOptions, sweepWallets } from './sweep-wallets.ts'
import { findAbilities, type MoneyContracts, type WalletChain } from './wallet-chain.ts'

/** Settings of {@link TestWalletManager}. */
export type TestWalletManagerOptions = {
  chain: WalletChain
  contracts: MoneyContracts
} & (
  | {
      /** BIP-39, English; all wallets come from it. */
      mnemonic: string
    }
  | {
      /** Other wallets than the users of a mnemonic, such as the lanes of a relayer, by their numbers. */
      wallets: WalletsByNumber
    }
)

type WalletsByNumber = Pick<HdWallets, 'user'>

/** The balances of the wallets of a range. */
export type WalletsStatus = {
  wallets: number
  /** Wallets with at least the amount asked for. */
  funded: number
  /** Wallets with something, but less. */
  partly: number
  /** Wallets with nothing. */
  empty: number
  totalWei: bigint
  /** What is missing to fund all. */
  missingWei: bigint
}

type Shared = 'chain' | 'contracts' | 'wallets'

/**
 * The wallets of a run: made from one mnemonic, funded, looked at and emptied by ranges of their numbers. It stores no
 * wallet, so a million of them take no memory.
 *
 * @example
 * const manager = new TestWalletManager({ mnemonic, chain, contracts })
 * const range = { from: 0, count: 100 }
 * await manager.fund({ ranges: [range], amountWei: parseEther('0.1'), payer, maxSpendWei: parseEther('11') })
 * const { address } = manager.wallet(7)
 * await manager.sweep({ range, to: payer.address })
 */
export class TestWalletManager {
  readonly hd: WalletsByNumber
  readonly #chain: WalletChain
  readonly #contracts: MoneyContracts

  /** @throws LoadTestError MNEMONIC_INVALID */
  constructor({ chain, contracts, ...source }: TestWalletManagerOptions) {
    this.hd = 'wallets' in source ? source.wallets : createHdWallets(source.mnemonic)
    this.#chain = chain
    this.#contracts = contracts
  }

  /** User number `index`. */
  wallet(index: number): HdWallet {
    return this.hd.user(index)
  }

  /** The users of a range, each derived when it is asked for. */
  *wallets(range: IndexRange): Generator<HdWallet> {
    for (const index of indexesOf(range)) yield this.hd.user(index)
  }

  /** Brings every wallet of some ranges to an amount; see {@link fundWallets}. */
  async fund(options: Omit<FundWalletsOptions, Shared>): Promise<FundingResult> {
    return await fundWallets({ ...options, ...this.#shared() })
  }

  /** Reads the wallets of a range with their balances, some hundred at a time. */
  async *balances(
    range: IndexRange,
    { signal }: { signal?: AbortSignal | undefined } = {},
  ): AsyncGenerator<WalletBalance> {
    const { multicall3 } = await findAbilities(this.#chain, this.#contracts, { signal })
    const reader = { rpc: this.#chain.rpc, wallets: this.hd, multicall3, signal }
    for await (const wallets of readWallets(reader, [range])) yield* wallets
  }

  /**
   * Reports the balances of the wallets of a range.
   *
   * @param options.amountWei what a funded wallet holds at least
   * @param options.onWallet called with each of them; the next is read when it is done
   */
  async status(options: {
    range: IndexRange
    amountWei: bigint
    onWallet?: (wallet: WalletBalance) => void | Promise<void>
    signal?: AbortSignal | undefined
  }): Promise<WalletsStatus> {
    const { range, amountWei, signal } = options
    const status = { wallets: 0, funded: 0, partly: 0, empty: 0, totalWei: 0n, missingWei: 0n }
    for await (const wallet of this.balances(range, { signal })) {
      const { balanceWei } = wallet
      await options.onWallet?.(wallet)
      status.wallets += 1
      status.totalWei += balanceWei
      if (balanceWei >= amountWei) status.funded += 1
      else status.missingWei += amountWei - balanceWei
      if (balanceWei === 0n) status.empty += 1
      else if (balanceWei < amountWei) status.partly += 1
    }
    return status
  }

  /**
   * Makes sure that every wallet of a range holds an amount.
   *
   * @throws LoadTestError FUNDING_FAILED, naming those that don't
   */
  async validate(options: {
    range: IndexRange
    amountWei: bigint
    signal?: AbortSignal | undefined
  }): Promise<void> {
    const { range, amountWei, signal } = options
    const lacking = { count: 0, ranges: [] as IndexRange[] }
    for await (const { index, balanceWei } of this.balances(range, { signal })) {
      if (balanceWei >= amountWei) continue
      lacking.count += 1
      lacking.ranges = uniteRanges([...lacking.ranges, { from: index, count: 1 }]).slice(0, namedRanges + 1)
    }
    if (lacking.count === 0) return
    throw new LoadTestError(
      'FUNDING_FAILED',
      `${lacking.count} of ${range.count} wallets hold too little: ${nameRanges(lacking.ranges)}.`,
      { details: { ranges: lacking.ranges } },
    )
  }

  /** Returns what is left on a range of wallets; see {@link sweepWallets}. */
  async sweep(options: Omit<SweepWalletsOptions, Shared>): Promise<SweepResult> {
    return await sweepWallets({ ...options, ...this.#shared() })
  }

  #shared(): Pick<FundWalletsOptions, Shared> {
    return { chain: this.#chain, contracts: this.#contracts, wallets: this.hd }
  }
}
