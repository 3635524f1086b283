import type { Hex } from 'viem'
import { createBlockFeed } from '../chain/blocks/block-feed.ts'
import { ReceiptHub } from '../chain/blocks/receipt-hub.ts'
import { Lane } from '../chain/lanes/lane.ts'
import { createRpcPool } from '../chain/rpc/rpc-pool.ts'
import { createFees } from '../chain/transactions/fees.ts'
import type { Target } from '../config/target.ts'
import { toNativeAccount } from '../crypto/native-account.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { FundingResult } from '../wallets/fund-wallets.ts'
import type { WalletBalance } from '../wallets/funding-batch.ts'
import type { HdWallet } from '../wallets/hd-wallets.ts'
import { type IndexRange, indexRange } from '../wallets/index-range.ts'
import { createPayer, type Payer } from '../wallets/payer.ts'
import type { SweepResult } from '../wallets/sweep-wallets.ts'
import { TestWalletManager as Manager, type WalletsStatus } from '../wallets/test-wallet-manager.ts'
import { resolveConfig } from './resolve-config.ts'

/** Options of {@link TestWalletManager}. */
export type TestWalletManagerOptions = {
  /** A target document: its chain is where the wallets are. */
  target: Target
  /** BIP-39, English; all wallets come from it, at `m/44'/60'/0'/0/i`. {@link generateMnemonic} makes one. Secret. */
  mnemonic: string
  /** Key that pays the wallets and is paid back. Secret. @default the funder of the target document, which only a testbed has */
  funderPrivateKey?: Hex | undefined
  /** Allows chain 1480, where funds have real value. @default false */
  allowMainnet?: boolean | undefined
}

/** Which wallets, by number. */
export type WalletRange = {
  /** Number of the first wallet. @default 0 */
  from?: number | undefined
  /** How many there are. */
  count: number
  /** Stops between two batches; a later call goes on where this one stopped. */
  signal?: AbortSignal | undefined
}

/**
 * The wallets of a load test: derived from one mnemonic, funded, read and swept by ranges of their numbers. It stores no wallet,
 * so a million of them take no memory.
 *
 * @example
 * const wallets = new TestWalletManager({ target: testbed.target, mnemonic: generateMnemonic() })
 * await wallets.fund({ count: 10, amountWei: parseEther('0.1') })
 * console.log(wallets.wallet(0).address)
 * await wallets.sweep({ count: 10 })
 * await wallets.close()
 */
export class TestWalletManager implements AsyncDisposable {
  readonly #manager: Manager
  readonly #payer: Payer | undefined
  readonly #allowMainnet: boolean
  readonly #close: () => Promise<void>

  /** @throws LoadTestError `MNEMONIC_INVALID` */
  constructor({ target, mnemonic, funderPrivateKey, allowMainnet = false }: TestWalletManagerOptions) {
    const { chain: settings } = resolveConfig()
    const { id: chainId, rpcUrls: urls, contracts } = target.chain
    const rpc = createRpcPool({
      urls,
      chainId,
      timeoutMs: settings.rpcTimeoutMs,
      patienceMs: settings.rpcPatienceMs,
    })
    const feed = createBlockFeed({ rpc, pollIntervalMs: settings.pollIntervalMs })
    const fees = createFees({ rpc, feed, baseFeeMultiplier: settings.feeMultiplier })
    const hub = new ReceiptHub({ rpc, feed })
    this.#manager = new Manager({ chain: { rpc, feed, fees, hub }, contracts, mnemonic })
    this.#allowMainnet = allowMainnet
    const funder = funderPrivateKey ?? target.accounts?.funder
    const lane = funder && new Lane({ rpc, feed, fees, account: toNativeAccount(funder) })
    this.#payer = lane && createPayer({ rpc, hub, lane })
    this.#close = async () => {
      lane?.close()
      hub.close()
      feed.close()
      await rpc.close()
    }
  }

  /** User number `index`, with its private key. */
  wallet(index: number): HdWallet {
    return this.#manager.wallet(index)
  }

  /** The wallets of a range, each derived when it is reached. */
  wallets(range: WalletRange): Generator<HdWallet> {
    return this.#manager.wallets(rangeOf(range))
  }

  /**
   * Brings every wallet of a range to an amount. Pays only what is missing, and then reads every balance again.
   *
   * @param options.amountWei what each wallet holds in the end, in wei
   * @param options.maxSpendWei most that leaves the funder, gas included, in wei. @default the whole amount and a tenth
   * @throws LoadTestError `CONFIG_INVALID` without a funder, `SPENDING_CAP`, `CHAIN_INSUFFICIENT_FUNDS`, `FUNDING_FAILED`, a
   * `CHAIN_*` code; `MAINNET_REFUSED`; the signal's reason when aborted
   */
  async fund(
    options: WalletRange & { amountWei: bigint; maxSpendWei?: bigint | undefined },
  ): Promise<FundingResult> {
    const { amountWei, count, signal } = options
    return await this.#manager.fund({
      ranges: [rangeOf(options)],
      amountWei,
      payer: this.#funder(),
      maxSpendWei: options.maxSpendWei ?? (BigInt(count) * amountWei * 11n) / 10n,
      allowMainnet: this.#allowMainnet,
      signal,
    })
  }

  /** Reads the balances of a range, some hundred at a time. */
  balances(range: WalletRange): AsyncGenerator<WalletBalance> {
    return this.#manager.balances(rangeOf(range), { signal: range.signal })
  }

  /** Counts the wallets of a range that hold an amount, and adds up what they hold. */
  async status(options: WalletRange & { amountWei: bigint }): Promise<WalletsStatus> {
    const { amountWei, signal } = options
    return await this.#manager.status({ range: rangeOf(options), amountWei, signal })
  }

  /**
   * Makes sure that every wallet of a range holds an amount.
   *
   * @throws LoadTestError `FUNDING_FAILED`, which names the wallets that hold less
   */
  async validate(options: WalletRange & { amountWei: bigint }): Promise<void> {
    const { amountWei, signal } = options
    await this.#manager.validate({ range: rangeOf(options), amountWei, signal })
  }

  /**
   * Returns what is left on the wallets of a range to the funder.
   *
   * @param options.to another account without code that is paid instead. @default the funder
   * @throws LoadTestError `CONFIG_INVALID` without a funder, `MAINNET_REFUSED`; a wallet that cannot be swept is in the result
   */
  async sweep(options: WalletRange & { to?: Hex | undefined }): Promise<SweepResult> {
    const { to = this.#funder().address, signal } = options
    return await this.#manager.sweep({
      range: rangeOf(options),
      to,
      allowMainnet: this.#allowMainnet,
      signal,
    })
  }

  /** Closes every connection. */
  close(): Promise<void> {
    return this.#close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #funder(): Payer {
    if (this.#payer !== undefined) return this.#payer
    throw new LoadTestError(
      'CONFIG_INVALID',
      'No account pays the wallets: the target document has no funder.',
      {
        hint: 'Pass funderPrivateKey.',
      },
    )
  }
}

const rangeOf = ({ from = 0, count }: WalletRange): IndexRange => indexRange(from, count)
