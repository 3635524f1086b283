import { encodeFunctionData, type Hash, parseAbi } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findPermissionAdded } from '../../src/chain/permissions/permission-event.ts'
import { devAccounts } from '../../src/testbed/chain/dev-accounts.ts'
import { putBehind } from '../chain/put-behind.fixture.ts'
import { type ApiWorld, flowMessage, newUser, post, relayBody, startApiWorld } from './api-server.fixture.ts'

let world: ApiWorld
beforeAll(async () => {
  world = await startApiWorld({ blockTime: 0.1 })
})
afterAll(() => world.stop())

const relayerNonce = () =>
  world.chain.client.getTransactionCount({ address: devAccounts.relayer.address, blockTag: 'pending' })
const mined = (hash: unknown) => world.chain.client.waitForTransactionReceipt({ hash: hash as `0x${string}` })

/** Waits until every transaction is in the ledger. */
const settled = (server: ReturnType<ApiWorld['apiServer']>) =>
  expect.poll(() => server.stats().spending.open, { timeout: 10_000 }).toBe(0)

describe('the relay on the real contracts', () => {
  it('submits a signed request, and the user gets the permission', async () => {
    const server = world.apiServer()
    const user = newUser()
    const { status, body } = await post(server, '/api/relay', await relayBody(user))
    expect({ status, body }).toEqual({
      status: 200,
      body: { type: 'signed', hash: expect.stringMatching(/^0x[0-9a-f]{64}$/) },
    })
    const { status: txStatus, logs, from } = await mined(body.hash)
    expect(txStatus).toBe('success')
    expect(from).toBe(devAccounts.relayer.address.toLowerCase())
    expect(findPermissionAdded(logs, world.chain.contracts.permissions)?.user).toBe(user.address)
  })

  it('takes numbers as well as decimal strings', async () => {
    const body = await relayBody(newUser())
    Object.assign(body.typedData.message, { nonce: 0, granteeId: 1, schemaIds: [0] })
    expect((await post(world.apiServer(), '/api/relay', body)).status).toBe(200)
  })

  it('sends the same request once, however often it comes at the same time or later', async () => {
    const server = world.apiServer()
    const body = await relayBody(newUser())
    const before = await relayerNonce()
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(server, '/api/relay', body)))
    const hashes = new Set(answers.map((answer) => answer.body.hash))
    expect(hashes.size).toBe(1)
    await mined([...hashes][0])
    expect((await post(server, '/api/relay', body)).body.hash).toBe([...hashes][0])
    expect(await relayerNonce()).toBe(before + 1)
  })

  it('does not pay for a second request of a user while one is in flight', async () => {
    const server = world.apiServer()
    const user = newUser()
    const [first, second] = await Promise.all([
      post(server, '/api/relay', await relayBody(user)),
      post(server, '/api/relay', await relayBody(user)),
    ])
    expect([first.status, second.status].sort()).toEqual([200, 409])
    expect([first, second].find(({ status }) => status === 409)?.body).toMatchObject({
      type: 'error',
      code: 'REQUEST_IN_FLIGHT',
      retriable: true,
    })
  })

  it('does not pay for it before a block holds the first, and then says that the nonce is used', async () => {
    const still = await startApiWorld({ blockTime: 'instant' })
    await still.chain.client.setAutomine(false)
    const server = still.apiServer()
    const user = newUser()
    const { body: first } = await post(server, '/api/relay', await relayBody(user))
    const second = await relayBody(user)
    expect(await post(server, '/api/relay', second)).toMatchObject({
      status: 409,
      body: { code: 'REQUEST_IN_FLIGHT' },
    })
    await still.chain.client.mine({ blocks: 1 })
    await expect
      .poll(async () => (await post(server, '/api/relay', second)).body.code, {
        timeout: 10_000,
        interval: 1000,
      })
      .toBe('NONCE_MISMATCH')
    const { hash } = first
    expect((await server.inject({ method: 'GET', url: `/api/relay/${hash}` })).json().data.state).toBe(
      'mined',
    )
    await still.stop()
  })

  it('says of a transaction that reverted in its block that it did, and why, at the cost of asking once', async () => {
    const still = await startApiWorld({ blockTime: 'instant' })
    const { client, contracts } = still.chain
    await client.setAutomine(false)
    const server = still.apiServer()
    const { body: sent } = await post(server, '/api/relay', await relayBody(newUser()))
    const look = async () =>
      (await server.inject({ method: 'GET', url: `/api/relay/${sent.hash}` })).json().data
    expect(await look()).toEqual({ hash: sent.hash, state: 'pending' })
    // Before it, in the same block, the contract is paused.
    await putBehind(client, sent.hash as Hash, () =>
      client.sendUnsignedTransaction({
        from: devAccounts.owner.address,
        to: contracts.permissions,
        data: encodeFunctionData({ abi: parseAbi(['function pause()']), functionName: 'pause' }),
      }),
    )
    await client.mine({ blocks: 1 })
    const isReverted = async () => (await look()).state
    await expect.poll(isReverted, { timeout: 10_000 }).toBe('reverted')
    await settled(server)
    const calls = server.stats().rpc.byMethod.eth_getTransactionReceipt
    expect(await look()).toEqual({
      hash: sent.hash,
      state: 'reverted',
      error: {
        code: 'REVERTED',
        message: 'The contract refused the transaction: EnforcedPause()',
        revert: expect.objectContaining({ name: 'EnforcedPause', args: [] }),
      },
    })
    // One is that of the relay's ledger.
    expect([calls, server.stats().rpc.byMethod.eth_getTransactionReceipt]).toEqual([2, 2])
    await still.stop()
  })

  it('refuses a replayed nonce without spending, and names the right one', async () => {
    const server = world.apiServer()
    const user = newUser()
    const body = await relayBody(user)
    await mined((await post(server, '/api/relay', body)).body.hash)
    const before = await relayerNonce()
    const other = world.apiServer()
    const replay = await post(other, '/api/relay', body)
    expect(replay).toMatchObject({
      status: 409,
      body: {
        type: 'error',
        code: 'NONCE_MISMATCH',
        retriable: false,
        revert: { name: 'InvalidNonce', args: ['1', '0'] },
      },
    })
    expect(await relayerNonce()).toBe(before)
  })

  it('refuses what the contract would refuse, decoded, without spending', async () => {
    const server = world.apiServer()
    const before = await relayerNonce()
    const cases = [
      [flowMessage({ granteeId: 99n }), 'GranteeNotFound', []],
      [flowMessage({ grant: '' }), 'EmptyGrant', []],
      [flowMessage({ serverUrl: '' }), 'EmptyUrl', []],
      [flowMessage({ schemaIds: [77n] }), 'InvalidSchemaId', ['77']],
      [flowMessage({ filePermissions: [] }), 'InvalidPermissionsLength', ['1', '0']],
    ] as const
    for (const [message, name, args] of cases) {
      const { status, body } = await post(server, '/api/relay', await relayBody(newUser(), message))
      expect({ status, body }).toMatchObject({
        status: 422,
        body: {
          error: `eth_estimateGas: the contract refused: ${name}(${args.join(', ')})`,
          code: 'REVERTED',
          revert: { name, args },
        },
      })
    }
    expect(await relayerNonce()).toBe(before)
  })

  it('estimates anew what needs more gas than others of its shape', async () => {
    const server = world.apiServer()
    const user = newUser()
    // A server that the user has needs less than a new one.
    const message = flowMessage()
    await mined((await post(world.apiServer(), '/api/relay', await relayBody(user, message))).body.hash)
    const again = { ...flowMessage({ nonce: 1n }), serverAddress: message.serverAddress }
    const sends = [await relayBody(user, again), await relayBody(newUser()), await relayBody(newUser())]
    for (const body of sends) {
      const { hash } = (await post(server, '/api/relay', body)).body
      expect((await mined(hash)).status).toBe('success')
    }
    const { eth_estimateGas, eth_call } = server.stats().rpc.byMethod
    expect({ eth_estimateGas, eth_call }).toEqual({ eth_estimateGas: 2, eth_call: 2 })
  })

  it('costs three calls of its own, those for blocks apart', async () => {
    const server = world.apiServer()
    await mined((await post(server, '/api/relay', await relayBody(newUser()))).body.hash)
    await settled(server)
    const before = server.stats().rpc.byMethod
    await mined((await post(server, '/api/relay', await relayBody(newUser()))).body.hash)
    await settled(server)
    const after = server.stats().rpc.byMethod
    const own = Object.entries(after)
      .filter(([method = '']) => !['eth_getBlockByNumber', 'eth_feeHistory'].includes(method))
      .map(([method, count]) => [method, count - (before[method] ?? 0)])
      .filter(([, count]) => count !== 0)
    // What the first of its shape was estimated at, the second is executed with.
    const once = { eth_call: 1, eth_sendRawTransaction: 1, eth_getTransactionReceipt: 1 }
    expect(Object.fromEntries(own)).toEqual(once)
  })
})
