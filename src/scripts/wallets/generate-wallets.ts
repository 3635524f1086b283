import { existsSync } from 'node:fs'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { createHdWallets } from '../../wallets/hd-wallets.ts'
import { formatIndexRange } from '../../wallets/index-range.ts'
import type { CommandIo } from '../cli/command-io.ts'
import { exitCodes } from '../cli/exit-code.ts'
import { openMnemonic } from './open-wallets.ts'
import { findWalletHome } from './wallet-home.ts'
import type { WalletOptions } from './wallet-options.ts'

/**
 * Makes a keystore with new wallets, or with those of the mnemonic in the environment.
 *
 * @throws LoadTestError KEYSTORE_EXISTS; what `findWalletHome` and `openMnemonic` throw
 */
export async function generateWallets(options: WalletOptions, io: CommandIo): Promise<number> {
  const keystore = options.wallets.keystoreFile
  if (keystore === undefined) {
    throw new LoadTestError('CONFIG_INVALID', 'Missing --keystore: where should the keystore be written?')
  }
  if (existsSync(keystore)) {
    throw new LoadTestError('KEYSTORE_EXISTS', `${keystore} already exists.`)
  }
  const home = findWalletHome(options, io, { needsChain: false })
  const { mnemonic, ranges } = await openMnemonic(options, io, { home, use: 'create' })
  const wallets = ranges.map(formatIndexRange).join(', ')
  const { address } = createHdWallets(mnemonic).user(ranges[0]?.from ?? 0)
  io.stdout.write(
    options.command.json
      ? `${JSON.stringify({ schemaVersion: 1, keystore, chainId: home.chainId, ranges, firstAddress: address })}\n`
      : `Wallets ${wallets} of chain ${home.chainId} are in ${keystore}; the first is ${address}.\n` +
          'Keep the file and its passphrase. Without both, the funds of the wallets are lost.\n',
  )
  return exitCodes.ok
}
