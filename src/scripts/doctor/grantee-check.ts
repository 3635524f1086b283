import { decodeFunctionResult, encodeFunctionData, parseAbi } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { readCall } from '../../chain/chain-reads.ts'
import type { RpcPool } from '../../chain/rpc-pool.ts'
import type { LoadTestConfig } from '../../config/load-test-config.ts'
import type { Target } from '../../config/target.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import type { Check } from './check.ts'

const granteesAbi = parseAbi([
  'struct Grantee { address owner; address granteeAddress; string publicKey; uint256[] permissionIds; }',
  'function grantees(uint256 granteeId) view returns (Grantee)',
])

/**
 * How many active permissions a grantee may have before personal servers can't read it any more: its record lists all of
 * them, at some 2,400 gas each, and nodes end a call at 30 million gas, or at 50.
 */
const readableAt30M = 12_500

/** The app is registered under its id, its key is the right one, and its record can still be read at the end. */
export function granteeCheck(
  rpc: RpcPool,
  { chain, grantee }: Target,
  { secrets, users }: LoadTestConfig,
): Check {
  return {
    name: 'grantee',
    async look(signal) {
      const call = { abi: granteesAbi, functionName: 'grantees' } as const
      const data = encodeFunctionData({ ...call, args: [BigInt(grantee.id)] })
      const answer = await readCall(rpc, { to: chain.contracts.grantees, data }, { signal })
      const { granteeAddress, permissionIds } = decodeFunctionResult({ ...call, data: answer })
      if (granteeAddress.toLowerCase() !== grantee.address.toLowerCase()) {
        const found = /^0x0+$/.test(granteeAddress) ? 'is not registered' : `is ${granteeAddress}`
        throw new LoadTestError(
          'GRANTEE_NOT_FOUND',
          `Grantee ${grantee.id} ${found}, not ${grantee.address}.`,
        )
      }
      const key = secrets.granteePrivateKey
      if (key !== undefined && privateKeyToAddress(key).toLowerCase() !== grantee.address.toLowerCase()) {
        throw new LoadTestError(
          'GRANTEE_NOT_FOUND',
          `VANA_LOAD_GRANTEE_PRIVATE_KEY is the key of ${privateKeyToAddress(key)}, not of grantee ${grantee.id}.`,
          { hint: "Set the key of the grantee's own address." },
        )
      }
      const after = permissionIds.length + users
      const detail = `${grantee.id} is ${grantee.address}, with ${permissionIds.length} active permissions`
      if (after < readableAt30M) return { detail }
      return {
        verdict: 'warning',
        detail: `${detail}; with ${users} more, reading its record takes over 30 million gas`,
        hint: 'Use a fresh grantee: beyond what a node allows a call, personal servers answer "grantee not found".',
      }
    },
  }
}
