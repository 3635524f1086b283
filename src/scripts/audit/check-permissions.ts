import { type Hex, isHex, numberToHex } from 'viem'
import { z } from 'zod'
import { permissionAddedTopic } from '../../chain/permissions/permission-event.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { type AuditCheck, checkOf, unchecked } from './check.ts'
import type { AuditContext } from './check-transactions.ts'
import type { Claims } from './read-claims.ts'

/** Providers refuse more blocks than this in one call. */
const blocksAtOnce = 1000

const hex = z.custom<Hex>((value) => isHex(value), 'expected hex data')
const logsSchema = z.array(z.object({ topics: z.array(hex), transactionHash: hex }))

/**
 * Checks the permissions that a run claims against all `PermissionAdded` of its blocks: each is there, of this user, and its
 * users have no other. It takes one call for a thousand blocks, so that it looks at every flow.
 *
 * A transaction that its flow wrote down and gave up on may have been mined later; its permission is counted, not broken.
 */
export async function checkPermissions(claims: Claims, context: AuditContext): Promise<AuditCheck> {
  const claim = 'its users have on chain the permissions that it claims, and no others'
  const { blocks, permissionOf, wallets, unconfirmed } = claims
  if (blocks === null) return checkOf(claim, 'no flow has a block', [])
  const wrong: string[] = []
  const seen = new Set<string>()
  const givenUp = new Set<string>(unconfirmed.map(({ hash }) => hash))
  let minedLater = 0
  try {
    for (let from = blocks.first; from <= blocks.last; from += blocksAtOnce) {
      const to = Math.min(blocks.last, from + blocksAtOnce - 1)
      for (const { topics, transactionHash } of await readLogs(context, from, to)) {
        const id = String(BigInt(topics[1] ?? '0x0'))
        const user = `0x${(topics[2] ?? '').slice(-40)}`.toLowerCase()
        const claimed = permissionOf.get(id)
        if (claimed !== undefined) {
          seen.add(id)
          if (claimed.wallet !== user)
            wrong.push(`permission ${id} is of ${user}; claimed by flow ${claimed.index}`)
        } else if (givenUp.has(transactionHash)) {
          minedLater += 1
        } else if (wallets.has(user)) {
          wrong.push(
            `permission ${id} of flow ${wallets.get(user)}'s wallet (${transactionHash}) is claimed by no flow`,
          )
        }
      }
    }
  } catch (error) {
    if (!(error instanceof LoadTestError) || context.signal.aborted) throw error
    return unchecked(claim, `the node gives no events: ${error.message}`)
  }
  for (const [id, { index }] of permissionOf) {
    if (!seen.has(id)) wrong.push(`permission ${id} of flow ${index} is not on chain`)
  }
  const later = minedLater === 0 ? '' : `; ${minedLater} more of transactions that their flows gave up on`
  const detail = `${permissionOf.size} permissions, blocks ${blocks.first} to ${blocks.last}${later}`
  return checkOf(claim, detail, wrong)
}

async function readLogs(
  { rpc, permissions, signal }: AuditContext,
  from: number,
  to: number,
): Promise<z.output<typeof logsSchema>> {
  const filter = {
    address: permissions,
    topics: [permissionAddedTopic],
    fromBlock: numberToHex(from),
    toBlock: numberToHex(to),
  }
  const { data, error } = logsSchema.safeParse(await rpc.request('eth_getLogs', [filter], { signal }))
  if (data === undefined) {
    throw new LoadTestError('CHAIN_RPC_ERROR', 'eth_getLogs: the answer has another shape.', { cause: error })
  }
  return data
}
