import { deployedContracts } from '../../config/moksha.ts'
import type { ContractAddresses } from '../../config/target.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { endpointLabel } from '../../redaction/endpoint-label.ts'
import type { AnvilClient } from './anvil-client.ts'
import { type ContractReference, deployContracts } from './deploy-contracts.ts'
import { devAccounts } from './dev-accounts.ts'
import { type AnvilOptions, type RunningAnvil, startAnvil } from './start-anvil.ts'

/** Options of the embedded chain and its contracts. */
export type ChainOptions = AnvilOptions & {
  /** Published version of the contracts. @default '2025-09' */
  reference?: ContractReference | undefined
  /** RPC endpoint of a chain to fork, with its own contracts. May hold an access key. @default none */
  forkUrl?: string | undefined
}

/** A running embedded chain with the contracts of the workflow. */
export type RunningChain = RunningAnvil & {
  contracts: ContractAddresses
  /** Public development keys, each with 10,000 VANA. */
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
  const { reference = '2025-09', forkUrl } = options
  const anvil = await startAnvil(options, (client) =>
    forkUrl === undefined ? deployContracts(client, reference) : fork(client, forkUrl),
  )
  return { ...anvil, contracts: deployedContracts, accounts: devAccounts }
}

/**
 * Forks a chain. The URL often holds an access key: it goes through anvil's API, since other users of the machine can read
 * command lines, and stays out of error messages.
 */
async function fork(client: AnvilClient, forkUrl: string): Promise<void> {
  try {
    await client.reset({ jsonRpcUrl: forkUrl })
  } catch {
    throw new LoadTestError(
      'TESTBED_START_FAILED',
      `The chain to fork can't be read at ${endpointLabel(forkUrl)}.`,
      { hint: 'Check that the RPC endpoint is up and allows reads.' },
    )
  }
  if (await client.getCode({ address: deployedContracts.permissions })) return
  throw new LoadTestError(
    'TESTBED_START_FAILED',
    `The chain at ${endpointLabel(forkUrl)} has no contract at ${deployedContracts.permissions}.`,
    { hint: 'Only Moksha (14800) and Vana mainnet (1480) hold the contracts at their well-known addresses.' },
  )
}
