import { setMaxListeners } from 'node:events'
import { existsSync } from 'node:fs'
import type { Hex } from 'viem'
import { createBlockFeed } from '../../chain/block-feed.ts'
import { createFees } from '../../chain/fees.ts'
import { Lane } from '../../chain/lane.ts'
import { ReceiptHub } from '../../chain/receipt-hub.ts'
import { createRpcPool } from '../../chain/rpc-pool.ts'
import { toNativeAccount } from '../../crypto/native-account.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { type IndexRange, indexRange, parseIndexRange } from '../../wallets/index-range.ts'
import { readKeystoreFacts } from '../../wallets/keystore.ts'
import { obtainMnemonic } from '../../wallets/obtain-mnemonic.ts'
import { createPayer, type Payer } from '../../wallets/payer.ts'
import { TestWalletManager } from '../../wallets/test-wallet-manager.ts'
import type { CommandIo } from '../command-io.ts'
import { readPassphrase } from './read-passphrase.ts'
import { type ChainTarget, findWalletHome } from './wallet-home.ts'
import type { WalletOptions } from './wallet-options.ts'

/** Wallets that a command works on. */
export type OpenWallets = {
  home: ChainTarget
  manager: TestWalletManager
  /** Which of them; those that were named, or all that the keystore knows. */
  ranges: IndexRange[]
  /** Whether the keystore was made just now. */
  isNew: boolean
  /**
   * Looks at the chain before coins move; what is wrong with one endpoint while others can be used is said.
   *
   * @throws LoadTestError CHAIN_WRONG_ID if any endpoint serves another chain, CHAIN_UNREACHABLE, CHAIN_UNDERPRICED if gas
   * costs more than the cap
   */
  checkChain(): Promise<void>
  /** The account that pays. @throws LoadTestError CONFIG_INVALID if there is no key */
  payer(): Payer
  close(): Promise<void>
}

/** How a command may change a keystore: not at all, note which wallets it funds, or make it as well. */
export type KeystoreUse = 'look' | 'note' | 'create'

/**
 * Opens wallets as a command was told to, and what of the chain they need.
 *
 * @throws LoadTestError what `findWalletHome` and `obtainMnemonic` throw
 */
export async function openWallets(
  options: WalletOptions,
  io: CommandIo,
  use: KeystoreUse,
): Promise<OpenWallets> {
  const { wallets, secrets, run, chain: settings } = options
  const home = findWalletHome(options)
  const { keystoreFile } = wallets
  const named = namedRange(options)
  const { mnemonic, source } = await obtainMnemonic({
    mnemonic: secrets.mnemonic,
    keystore:
      keystoreFile === undefined
        ? undefined
        : {
            path: keystoreFile,
            create: use === 'create',
            passphrase: (purpose) => readPassphrase(purpose, keystoreFile, secrets.keystorePassphrase, io),
          },
    seed: run.seed,
    home,
    warn: (text) => io.stderr.write(`${text}\n`),
    range: use === 'look' ? noWallets : (named ?? defaultRange(options, use)),
  })
  const ranges = named ? [named] : await knownRanges(keystoreFile)

  // Every wallet that is worked on listens to it.
  setMaxListeners(0, io.signal)
  const rpc = createRpcPool({ urls: home.rpcUrls, chainId: home.chainId })
  const feed = createBlockFeed({ rpc, pollIntervalMs: settings.pollIntervalMs })
  const { feeMultiplier: baseFeeMultiplier, maxFeePerGasWei } = settings
  const fees = createFees({
    rpc,
    feed,
    baseFeeMultiplier,
    ...(maxFeePerGasWei === undefined ? {} : { maxFeeGwei: Number(maxFeePerGasWei) / 1e9 }),
  })
  const hub = new ReceiptHub({ rpc, feed })
  const lanes: Lane[] = []
  return {
    home,
    async checkChain() {
      for (const { message } of await rpc.check(io.signal)) io.stderr.write(`${message}\n`)
      await fees.current({ signal: io.signal })
    },
    manager: new TestWalletManager({ mnemonic, chain: { rpc, feed, fees, hub }, contracts: home.contracts }),
    ranges,
    isNew: source === 'new keystore',
    payer() {
      const lane = new Lane({ rpc, feed, fees, account: toNativeAccount(funderKey(options, home)) })
      lanes.push(lane)
      return createPayer({ rpc, hub, lane })
    },
    async close() {
      for (const lane of lanes) lane.close()
      hub.close()
      feed.close()
      await rpc.close()
    },
  }
}

/** The key that pays. @throws LoadTestError CONFIG_INVALID if there is none */
export function funderKey({ secrets }: WalletOptions, { devFunder }: ChainTarget): Hex {
  const key = secrets.funderPrivateKey ?? secrets.relayerPrivateKeys?.[0] ?? devFunder
  if (key !== undefined) return key
  throw new LoadTestError('CONFIG_INVALID', 'There is no funder.', {
    hint: 'Set VANA_LOAD_FUNDER_PRIVATE_KEY, or VANA_LOAD_FUNDER_PRIVATE_KEY_FILE to a file that holds it.',
  })
}

function namedRange({ command, wallets }: WalletOptions): IndexRange | undefined {
  if (command.range !== undefined && command.count !== undefined) {
    throw new LoadTestError('CONFIG_INVALID', 'Name wallets with --range or with --count, not with both.')
  }
  if (command.range !== undefined) return parseIndexRange(command.range)
  return command.count === undefined ? undefined : indexRange(wallets.firstIndex, command.count)
}

const noWallets: IndexRange = { from: 0, count: 0 }

/** A new keystore is for a hundred wallets unless told otherwise; of an old one no further ones are in use. */
function defaultRange({ wallets }: WalletOptions, use: KeystoreUse): IndexRange {
  const isNew = use === 'create' && wallets.keystoreFile !== undefined && !existsSync(wallets.keystoreFile)
  return isNew ? indexRange(wallets.firstIndex, 100) : noWallets
}

async function knownRanges(keystoreFile: string | undefined): Promise<IndexRange[]> {
  const ranges = keystoreFile === undefined ? [] : (await readKeystoreFacts(keystoreFile)).ranges
  if (ranges.length > 0) return ranges
  throw new LoadTestError('CONFIG_INVALID', 'It is not said which wallets.', {
    hint: 'Give --count, or --range such as 0-999.',
  })
}
