import type { ContractAddresses } from '../../config/target.ts'
import { contractAddresses } from './contract-addresses.ts'
import { type ContractReference, deployContracts } from './deploy-contracts.ts'
import { devAccounts } from './dev-accounts.ts'
import { type AnvilOptions, type RunningAnvil, startAnvil } from './start-anvil.ts'

/** How the embedded chain behaves. */
export type ChainOptions = AnvilOptions & {
  /** Which published version of the contracts to follow. @default '2025-09' */
  reference?: ContractReference
}

/** An embedded chain that is up, with the contracts of the workflow in place. */
export type RunningChain = RunningAnvil & {
  contracts: ContractAddresses
  /** Public development keys, rich at genesis. */
  accounts: typeof devAccounts
}

/**
 * Starts the embedded chain: anvil with the contracts of the workflow at their well-known addresses.
 *
 * @throws LoadTestError PORT_IN_USE, TESTBED_START_FAILED; the signal's reason when aborted
 * @example
 * const chain = await startChain({ blockTime: 1 })
 * const granteeId = await registerGrantee(chain.client, { address, publicKey })
 * await chain.stop()
 */
export async function startChain(options: ChainOptions = {}): Promise<RunningChain> {
  const anvil = await startAnvil(options)
  try {
    await deployContracts(anvil.client, options.reference ?? '2025-09')
    options.signal?.throwIfAborted()
    return { ...anvil, contracts: contractAddresses, accounts: devAccounts }
  } catch (error) {
    await anvil.stop()
    throw error
  }
}
