import { decodeFunctionResult, encodeFunctionData, type Hex, type LocalAccount } from 'viem'
import { permissionsAbi } from '../chain/permissions/abi.ts'
import { readCall } from '../chain/rpc/chain-reads.ts'
import type { RpcPool } from '../chain/rpc/rpc.ts'
import { toNativeAccount } from '../crypto/native-account.ts'

/** One more app that users grant access to; the key is secret. */
export type MoreGrantee = { id: bigint; privateKey: Hex }

/**
 * Makes the function that finds in whose name to ask about a permission: that of the grantee which has it. Where there is
 * only one app, the chain is not asked.
 *
 * A permission that the chain does not know is asked about in the name of the first app: what is wrong with it the
 * personal server says.
 */
export function createAppChooser(options: {
  rpc: RpcPool
  permissions: Hex
  granteePrivateKey: Hex
  moreGrantees: readonly MoreGrantee[]
}): (permissionId: string) => Promise<LocalAccount> {
  const { rpc, permissions, granteePrivateKey, moreGrantees } = options
  const first = toNativeAccount(granteePrivateKey)
  if (moreGrantees.length === 0) return async () => first
  const others = new Map(moreGrantees.map(({ id, privateKey }) => [id, toNativeAccount(privateKey)]))
  const call = { abi: permissionsAbi, functionName: 'permissions' } as const
  return async (permissionId) => {
    const data = encodeFunctionData({ ...call, args: [BigInt(permissionId)] })
    const answer = await readCall(rpc, { to: permissions, data })
    const { granteeId } = decodeFunctionResult({ ...call, data: answer })
    return others.get(granteeId) ?? first
  }
}
