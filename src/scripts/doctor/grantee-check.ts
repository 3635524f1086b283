import { privateKeyToAddress } from 'viem/accounts'
import { readGrantee } from '../../chain/permissions/read-grantee.ts'
import type { RpcPool } from '../../chain/rpc/rpc.ts'
import { readablePermissions } from '../../config/grantee-capacity.ts'
import type { LoadTestConfig } from '../../config/load-test-config.ts'
import type { Target } from '../../config/target.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { granteesOf } from '../../flow/grantee-pool.ts'
import type { Check } from './check.ts'

/** The apps are registered under their ids, the first's key is the right one, and their records can still be read at the end. */
export function granteeCheck(rpc: RpcPool, target: Target, { secrets, users, flow }: LoadTestConfig): Check {
  return {
    name: 'grantee',
    async look(signal) {
      const pool = granteesOf(target, flow.grantees)
      const [grantee = target.grantee] = pool
      const held: number[] = []
      for (const { id, address } of pool) {
        const record = await readGrantee(rpc, { contract: target.chain.contracts.grantees, id, signal })
        if (record.address.toLowerCase() !== address.toLowerCase()) {
          const found = /^0x0+$/.test(record.address) ? 'is not registered' : `is ${record.address}`
          throw new LoadTestError('GRANTEE_NOT_FOUND', `Grantee ${id} ${found}, not ${address}.`)
        }
        held.push(record.permissions)
      }
      const key = secrets.granteePrivateKey
      if (key !== undefined && privateKeyToAddress(key).toLowerCase() !== grantee.address.toLowerCase()) {
        throw new LoadTestError(
          'GRANTEE_NOT_FOUND',
          `VANA_LOAD_GRANTEE_PRIVATE_KEY is the key of ${privateKeyToAddress(key)}, not of grantee ${grantee.id}.`,
          { hint: "Set the key of the grantee's own address." },
        )
      }
      const after = Math.max(...held) + Math.ceil(users / pool.length)
      const more = pool.length > 1 ? `, and ${pool.length - 1} more` : ''
      const detail = `${grantee.id} is ${grantee.address}${more}, with ${held.join(', ')} active permissions`
      if (after < readablePermissions) return { detail }
      return {
        verdict: 'warning',
        detail: `${detail}; with ${users} more, reading its record takes over 30 million gas`,
        hint: 'Use a fresh grantee. Beyond the gas limit of a call, personal servers answer "grantee not found".',
      }
    },
  }
}
