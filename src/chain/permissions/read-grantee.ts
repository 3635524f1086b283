import { type Address, decodeFunctionResult, encodeFunctionData, parseAbi } from 'viem'
import { readCall } from '../rpc/chain-reads.ts'
import type { RpcPool } from '../rpc/rpc.ts'

const granteesAbi = parseAbi([
  'struct Grantee { address owner; address granteeAddress; string publicKey; uint256[] permissionIds; }',
  'function grantees(uint256 granteeId) view returns (Grantee)',
])

/** What the chain holds of a grantee. */
export type GranteeRecord = { address: Address; permissions: number }

/**
 * Reads a grantee's record, as personal servers do. It lists every active permission, at some 2,400 gas each, so that
 * beyond 12,500 of them a node that ends a call at 30 million gas does not answer any more.
 *
 * @param options.contract of the grantees
 * @throws LoadTestError CHAIN_* when it can't be read
 */
export async function readGrantee(
  rpc: RpcPool,
  { contract, id, signal }: { contract: Address; id: number; signal?: AbortSignal | undefined },
): Promise<GranteeRecord> {
  const call = { abi: granteesAbi, functionName: 'grantees' } as const
  const data = encodeFunctionData({ ...call, args: [BigInt(id)] })
  const answer = await readCall(rpc, { to: contract, data }, { signal })
  const { granteeAddress, permissionIds } = decodeFunctionResult({ ...call, data: answer })
  return { address: granteeAddress, permissions: permissionIds.length }
}
