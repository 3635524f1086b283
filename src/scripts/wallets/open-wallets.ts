import { existsSync } from 'node:fs'
import type { Address } from 'viem'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { processRedactor } from '../../redaction/process-redactor.ts'
import type { WalletHome } from '../../wallets/embedded-mnemonic.ts'
import { type IndexRange, indexRange, parseIndexRange, uniteRanges } from '../../wallets/index-range.ts'
import { readKeystoreFacts } from '../../wallets/keystore.ts'
import { type ObtainedMnemonic, obtainMnemonic } from '../../wallets/obtain-mnemonic.ts'
import { TestWalletManager } from '../../wallets/test-wallet-manager.ts'
import { takeWallets } from '../../wallets/wallet-turns.ts'
import type { CommandIo } from '../cli/command-io.ts'
import { type OpenChain, openChain } from './open-chain.ts'
import { readPassphrase } from './read-passphrase.ts'
import { type ChainTarget, findWalletHome } from './wallet-home.ts'
import { userFundingWei, type WalletOptions } from './wallet-options.ts'

/** Wallets that a command works on. */
export type OpenWallets = Omit<OpenChain, 'chain'> & {
  home: ChainTarget
  /** What one of them is called. */
  noun: 'wallet' | 'lane'
  manager: TestWalletManager
  /** Which of them; those that were named, or all that there are. */
  ranges: IndexRange[]
  /**
   * Keeps others from these wallets until the returned function is called; lanes are shared with their server.
   *
   * @throws LoadTestError WALLETS_BUSY while a run uses one of them; the signal's reason
   */
  claim(ranges: readonly IndexRange[], user: string): Promise<() => Promise<void>>
  /** Whether the keystore was made just now. */
  isNew: boolean
  /** What each of them is to hold. @throws LoadTestError a `CHAIN_*` code */
  amountWei(): Promise<bigint>
  /** Which of them are others than this account, and which one it is, if it is a lane. */
  without(account: Address): { ranges: IndexRange[]; leftOut: number | undefined }
  /**
   * Number of further relayed users that these balances of lanes pay for, at the current gas price; `undefined` for users'
   * wallets.
   *
   * @throws LoadTestError a `CHAIN_*` code
   */
  carries(balancesWei: readonly bigint[]): Promise<number | undefined>
}

/** How a command may change a keystore: not at all, note which wallets it funds, or make it as well. */
export type KeystoreUse = 'look' | 'note' | 'create'

/**
 * Opens the wallets that the options name, and the chain they are on.
 *
 * @throws LoadTestError what `findWalletHome` and `obtainMnemonic` throw
 */
export async function openWallets(
  options: WalletOptions,
  io: CommandIo,
  use: KeystoreUse,
): Promise<OpenWallets> {
  const home = findWalletHome(options, io)
  const { mnemonic, source, ranges } = await openMnemonic(options, io, { home, use })
  const opened = openChain(options, home, io)
  const { chain } = opened
  const manager = new TestWalletManager({ mnemonic, chain, contracts: home.contracts })
  const claim = async (claimed: readonly IndexRange[], user: string): Promise<() => Promise<void>> => {
    const releases: (() => Promise<void>)[] = []
    const release = async (): Promise<void> => {
      for (const one of releases) await one()
    }
    try {
      for (const range of uniteRanges(claimed)) {
        const use = { rpc: chain.rpc, firstAddress: manager.wallet(0).address, user, endsSoon: true }
        const note = (text: string): void => void io.stderr.write(`${text}\n`)
        releases.push(
          await takeWallets({ ...use, wallets: { ...range, step: 1 } }, { signal: io.signal, note }),
        )
      }
    } catch (error) {
      await release()
      throw error
    }
    return release
  }
  return {
    ...opened,
    home,
    noun: 'wallet',
    manager,
    claim,
    ranges,
    isNew: source === 'new keystore',
    amountWei: async () => options.wallets.fundingWei ?? userFundingWei,
    without: () => ({ ranges, leftOut: undefined }),
    carries: async () => undefined,
  }
}

/** Where wallets come from, and which of them a command is about. */
export type OpenMnemonic = ObtainedMnemonic & { ranges: IndexRange[] }

/**
 * Opens the mnemonic that the options name; no chain is needed.
 *
 * @throws LoadTestError CONFIG_INVALID; what `obtainMnemonic` throws
 */
export async function openMnemonic(
  options: WalletOptions,
  io: CommandIo,
  { home, use }: { home: WalletHome; use: KeystoreUse },
): Promise<OpenMnemonic> {
  const { wallets, secrets, run } = options
  const { keystoreFile } = wallets
  const named = namedRange(options, wallets.firstIndex)
  const obtained = await obtainMnemonic({
    mnemonic: secrets.mnemonic,
    keystore:
      keystoreFile === undefined
        ? undefined
        : {
            path: keystoreFile,
            create: use === 'create',
            passphrase: async (purpose) =>
              secrets.keystorePassphrase ?? (await readPassphrase(purpose, keystoreFile, io)),
          },
    seed: run.seed,
    home,
    warn: (text) => io.stderr.write(`${text}\n`),
    range: use === 'look' ? noWallets : (named ?? defaultRange(options, use)),
  })
  processRedactor.register(obtained.mnemonic)
  return { ...obtained, ranges: named ? [named] : await knownRanges(keystoreFile) }
}

/**
 * The wallets that were named.
 *
 * @param firstIndex where counting begins
 * @throws LoadTestError CONFIG_INVALID
 */
export function namedRange({ command }: WalletOptions, firstIndex: number): IndexRange | undefined {
  if (command.range !== undefined && command.count !== undefined) {
    throw new LoadTestError('CONFIG_INVALID', 'Use --range or --count, not both.')
  }
  if (command.range !== undefined) return parseIndexRange(command.range)
  return command.count === undefined ? undefined : indexRange(firstIndex, command.count)
}

const noWallets: IndexRange = { from: 0, count: 0 }

/** The default wallets: a hundred in a new keystore, and those noted in an existing one. */
function defaultRange({ wallets }: WalletOptions, use: KeystoreUse): IndexRange {
  const isNew = use === 'create' && wallets.keystoreFile !== undefined && !existsSync(wallets.keystoreFile)
  return isNew ? indexRange(wallets.firstIndex, 100) : noWallets
}

async function knownRanges(keystoreFile: string | undefined): Promise<IndexRange[]> {
  const ranges = keystoreFile === undefined ? [] : (await readKeystoreFacts(keystoreFile)).ranges
  if (ranges.length > 0) return ranges
  throw new LoadTestError('CONFIG_INVALID', 'Missing --count: which wallets?', {
    hint: 'Give --count, or --range such as 0-999.',
  })
}
