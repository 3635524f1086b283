import { decodeFunctionResult, encodeFunctionData, type Hex, parseAbi } from 'viem'
import { readCall } from '../chain/rpc/chain-reads.ts'
import type { RpcPool } from '../chain/rpc/rpc.ts'
import type { Target } from '../config/target.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { Grantee } from './flow-services.ts'
import { granteesOf, pickGrantee } from './grantee-pool.ts'
import { shareAnswer } from './share-answer.ts'

const abi = parseAbi(['function granteeAddressToId(address granteeAddress) view returns (uint256)'])

/**
 * Makes the function that resolves a user's grantee by the user's number. Flows with the same grantee share one answer.
 *
 * @param count number of the target's grantees to spread the users over
 * @throws LoadTestError CONFIG_INVALID if the target has fewer
 */
export function createGranteeLookup(
  rpc: RpcPool,
  target: Target,
  count: number,
): (index: number, signal: AbortSignal) => Promise<Grantee> {
  const pool = granteesOf(target, count).map((grantee) =>
    shareAnswer((signal) =>
      resolveGrantee(rpc, { contract: target.chain.contracts.grantees, grantee, signal }),
    ),
  )
  return (index, signal) => pickGrantee(pool, index)(signal)
}

/** Looks up the app by address. Unlike reading its record, this costs the same for any number of permissions. */
async function resolveGrantee(
  rpc: RpcPool,
  { contract, grantee, signal }: { contract: Hex; grantee: Target['grantee']; signal: AbortSignal },
): Promise<Grantee> {
  const functionName = 'granteeAddressToId'
  const data = encodeFunctionData({ abi, functionName, args: [grantee.address] })
  const result = await readCall(rpc, { to: contract, data }, { signal })
  const id = decodeFunctionResult({ abi, functionName, data: result })
  if (id === BigInt(grantee.id)) return { id, address: grantee.address }
  const found = id === 0n ? 'is not registered' : `has the id ${id}`
  throw new LoadTestError(
    'GRANTEE_NOT_FOUND',
    `Grantee ${grantee.id} should be ${grantee.address}, which ${found}.`,
  )
}
