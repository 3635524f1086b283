import { padHex, toHex } from 'viem'
import { describe, expect, test } from 'vitest'
import { permissionAddedTopic } from '../../chain/permissions/permission-event.ts'
import type { RpcPool } from '../../chain/rpc/rpc.ts'
import type { FlowRecord } from '../../flow/flow-record.ts'
import { checkPermissions } from './check-permissions.ts'
import { readClaims } from './read-claims.ts'

const hashOf = (index: number) => padHex(toHex(index + 0xaa00), { size: 32 })
const walletOf = (index: number) => padHex(toHex(index + 0xbb00), { size: 20 })

/** A flow whose transaction is in block 7 with permission `index`, or was given up. */
const flow = (index: number, isGivenUp = false): FlowRecord => ({
  ...{ index, wallet: walletOf(index), dueMs: 0, startedMs: 0, endedMs: 1, steps: {}, verified: null },
  ...{ outcome: isGivenUp ? 'failed' : 'succeeded', droppedBecause: null },
  error: isGivenUp ? { code: 'TX_NOT_CONFIRMED', step: 'confirm', message: '', retriable: true } : null,
  tx: {
    ...{ hash: hashOf(index), permissionId: isGivenUp ? null : String(index), times: null },
    ...{ blockNumber: isGivenUp ? null : 7, gasUsed: null, gasPriceWei: null },
  },
})

/** A `PermissionAdded` of a user in a transaction, by default that of the same user. */
const log = (index: number, transactionHash = hashOf(index)) => ({
  topics: [permissionAddedTopic, padHex(toHex(index), { size: 32 }), padHex(walletOf(index), { size: 32 })],
  transactionHash,
})

async function check(flows: FlowRecord[], logs: ReturnType<typeof log>[]) {
  const claims = await readClaims(
    (async function* () {
      yield* flows
    })(),
    { seed: 'seed' },
  )
  const rpc = { request: async () => logs } as unknown as RpcPool
  const { signal } = new AbortController()
  const permissions = walletOf(0)
  return checkPermissions(claims, { rpc, permissions, grantees: null, usersPay: true, signal })
}

describe('permissions on chain', () => {
  test('include that of a transaction which its flow wrote down and gave up on', async () => {
    const result = await check([flow(0), flow(1, true)], [log(0), log(1)])
    expect(result).toMatchObject({ verdict: 'holds', examples: [] })
    expect(result.detail).toMatch(/; 1 more of transactions that their flows gave up on$/)
  })

  test('break the claim when their transaction is none that a flow wrote down', async () => {
    const result = await check([flow(0), flow(1, true)], [log(0), log(1, hashOf(9))])
    expect(result).toMatchObject({ verdict: 'broken' })
    expect(result.examples[0]).toMatch(/permission 1 of flow 1's wallet .* is claimed by no flow/)
  })

  test('break the claim when one of them is not there', async () => {
    expect(await check([flow(0), flow(2)], [log(0)])).toMatchObject({ verdict: 'broken' })
  })
})
