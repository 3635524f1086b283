import type { Hex } from 'viem'
import { LoadTestError } from '../../errors/load-test-error.ts'
import type { ChainTarget } from './wallet-home.ts'
import type { WalletOptions } from './wallet-options.ts'

/** The key that pays. @throws LoadTestError CONFIG_INVALID if there is none */
export function funderKey({ secrets }: WalletOptions, { devFunder }: ChainTarget): Hex {
  const [firstFunder] = secrets.funderPrivateKeys ?? []
  const key = secrets.funderPrivateKey ?? firstFunder ?? secrets.relayerPrivateKeys?.[0] ?? devFunder
  if (key !== undefined) return key
  throw new LoadTestError('CONFIG_INVALID', 'The funder has no key.', {
    hint: 'Set VANA_LOAD_FUNDER_PRIVATE_KEY, or VANA_LOAD_FUNDER_PRIVATE_KEY_FILE to a file with the key.',
  })
}
