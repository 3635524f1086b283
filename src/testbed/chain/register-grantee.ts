import { type Address, encodeFunctionData, parseEventLogs } from 'viem'
import { z } from 'zod'
import { deployedContracts } from '../../config/moksha.ts'
import type { AnvilClient } from './anvil-client.ts'
import { implementationOf } from './deploy-contracts.ts'
import { devAccounts } from './dev-accounts.ts'
import { mineTransactions } from './mine-transactions.ts'

const registered = z.object({ granteeId: z.bigint() })

/**
 * Registers a grantee that owns itself, which every version of the contracts accepts from any sender. A registered grantee,
 * as on a fork of another embedded chain, keeps its id.
 *
 * @param grantee `publicKey`: hex
 * @returns its id
 * @throws LoadTestError TESTBED_START_FAILED if the contract refuses it
 * @example await registerGrantee(chain.client, { address: '0x...', publicKey: '0x04...' }) // 1n
 */
export async function registerGrantee(
  client: AnvilClient,
  grantee: { address: Address; publicKey: string },
): Promise<bigint> {
  const { abi } = implementationOf('grantees')
  const address = deployedContracts.grantees
  const args = [grantee.address] as const
  const known = await client.readContract({ address, abi, functionName: 'granteeAddressToId', args })
  const id = z.bigint().parse(known)
  if (id > 0n) return id
  const data = encodeFunctionData({
    abi,
    functionName: 'registerGrantee',
    args: [grantee.address, grantee.address, grantee.publicKey],
  })
  const [receipt] = await mineTransactions(client, [
    { from: devAccounts.owner.address, to: address, data, gas: 1_000_000n },
  ])
  const [event] = parseEventLogs({ abi, logs: receipt?.logs ?? [], eventName: 'GranteeRegistered' })
  return registered.parse(event?.args).granteeId
}
