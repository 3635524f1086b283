import type { Hex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { granteeKey } from '../crypto/grantee-key.ts'
import { endpointLabel } from '../redaction/endpoint-label.ts'
import { anvilVersion } from './chain/anvil-binary.ts'
import { registerGrantee } from './chain/register-grantee.ts'
import { fundRelayers, relayerKeys } from './chain/relayer-accounts.ts'
import { type RunningChain, startChain } from './chain/start-chain.ts'
import { appPrivateKey } from './development-keys.ts'
import type { TestbedOptions } from './testbed-options.ts'

/** The embedded chain of a testbed, with the apps that users can grant access to and the API server's relayer keys. */
export type OwnChain = RunningChain & {
  granteeIds: number[]
  relayerPrivateKeys: readonly Hex[]
  /** Versions of its pieces, by name. */
  versions: Record<string, string>
}

/**
 * Starts the testbed's chain, registers the apps on it, and funds the relayer's keys.
 *
 * @throws LoadTestError PORT_IN_USE, TESTBED_START_FAILED; the signal's reason when aborted
 */
export async function startOwnChain(options: TestbedOptions): Promise<OwnChain> {
  const { ports = {}, blockTimeMs, blockGasLimit, forkUrl, contracts: reference, signal } = options
  const versions = {
    anvil: anvilVersion(),
    contracts: forkUrl === undefined ? `resembling ${reference}` : `of the forked ${endpointLabel(forkUrl)}`,
  }
  const chain = await startChain({
    port: ports.chain ?? 0,
    blockTime: blockTimeMs / 1000,
    blockGasLimit: BigInt(blockGasLimit),
    reference,
    forkUrl,
    signal,
  })
  try {
    const relayerPrivateKeys = relayerKeys(options.relayerLanes)
    await fundRelayers(chain.client, relayerPrivateKeys)
    const granteeIds: number[] = []
    for (let index = 0; index < options.grantees; index++) {
      const app = privateKeyToAccount(granteeKey(appPrivateKey, index))
      granteeIds.push(Number(await registerGrantee(chain.client, app)))
    }
    return { ...chain, granteeIds, relayerPrivateKeys, versions }
  } catch (error) {
    await chain.stop()
    throw error
  }
}
