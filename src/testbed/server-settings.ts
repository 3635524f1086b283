import { deployedContracts } from '../config/moksha.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { serverMnemonic } from './development-keys.ts'
import type { ApiServerSettings, PersonalServerSettings } from './part-settings.ts'
import { storageReaders } from './storage-part.ts'
import type { GivenChain, TestbedOptions } from './testbed-options.ts'

/**
 * Returns the settings of a testbed's personal server.
 *
 * @param around `storageUrl`: URL of the testbed's own storage, if it has one
 * @throws LoadTestError CONFIG_INVALID without a chain
 */
export function personalServerSettings(
  options: TestbedOptions,
  around: { chain: GivenChain | undefined; storageUrl: string | undefined },
): PersonalServerSettings {
  const { id, rpcUrls } = needed(around.chain, 'The personal server', 'a chain')
  return {
    port: options.ports?.personalServer ?? 0,
    rpcUrl: needed(rpcUrls[0], 'The personal server', 'an RPC endpoint'),
    chainId: id,
    mnemonic: options.serverMnemonic ?? serverMnemonic,
    profile: options.serverProfile,
    concurrency: options.serverConcurrency,
    rateLimits: options.serverRateLimits,
    ...storageReaders(options, around.storageUrl),
    model: {
      seed: options.seed ?? '1',
      medianMs: options.inferenceMedianMs,
      ...options.inference,
    },
  }
}

/**
 * Returns the settings of a testbed's API server.
 *
 * @param around `ownRpcUrl`: RPC endpoint of the testbed's own chain, if it has one, with the faults in front of it
 * @throws LoadTestError CONFIG_INVALID without a chain, the app's key or a personal server
 */
export function apiServerSettings(
  options: TestbedOptions,
  around: {
    chain: GivenChain | undefined
    ownRpcUrl: string | undefined
    personalServerUrl: string | undefined
  },
): ApiServerSettings {
  const chain = needed(around.chain, 'The API server', 'a chain')
  const personalServerUrl = around.personalServerUrl ?? options.surroundings?.personalServerUrl
  return {
    port: options.ports?.apiServer ?? 0,
    rpcUrls: around.ownRpcUrl === undefined ? chain.rpcUrls : [around.ownRpcUrl],
    chainId: chain.id,
    contracts: { permissions: deployedContracts.permissions },
    personalServerUrl: needed(personalServerUrl, 'The API server', 'a personal server'),
    relayerPrivateKeys: chain.relayerPrivateKeys ?? [],
    granteePrivateKey: needed(chain.granteePrivateKey, 'The API server', "the app's key"),
    granteeId: chain.granteeId,
    moreGrantees: chain.moreGrantees ?? [],
    maxSpendWei: options.maxSpendWei === undefined ? undefined : String(options.maxSpendWei),
  }
}

function needed<T>(value: T | undefined, who: string, what: string): T {
  if (value !== undefined) return value
  throw new LoadTestError('CONFIG_INVALID', `${who} needs ${what}, and there is none.`)
}
