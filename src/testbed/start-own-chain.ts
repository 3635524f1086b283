import { privateKeyToAccount } from 'viem/accounts'
import { registerGrantee } from './chain/register-grantee.ts'
import { type RunningChain, startChain } from './chain/start-chain.ts'
import { appPrivateKey } from './development-keys.ts'
import type { TestbedOptions } from './testbed-options.ts'

/** The embedded chain of a testbed, with the app that users grant access to. */
export type OwnChain = RunningChain & { granteeId: bigint }

/**
 * Starts the testbed's chain and registers the app on it.
 *
 * @throws LoadTestError PORT_IN_USE, TESTBED_START_FAILED; the signal's reason when aborted
 */
export async function startOwnChain(options: TestbedOptions): Promise<OwnChain> {
  const { ports = {}, blockTimeMs = 1000, blockGasLimit = 30_000_000, forkUrl, signal } = options
  const chain = await startChain({
    port: ports.chain ?? 0,
    blockTime: blockTimeMs / 1000,
    blockGasLimit: BigInt(blockGasLimit),
    reference: options.contracts ?? '2025-09',
    ...(forkUrl === undefined ? {} : { forkUrl }),
    ...(signal ? { signal } : {}),
  })
  try {
    return { ...chain, granteeId: await registerGrantee(chain.client, privateKeyToAccount(appPrivateKey)) }
  } catch (error) {
    await chain.stop()
    throw error
  }
}
