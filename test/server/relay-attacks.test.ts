import { createConnection } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { devAccounts } from '../../src/testbed/chain/dev-accounts.ts'
import { type ApiWorld, flowMessage, newUser, post, relayBody, startApiWorld } from './api-server.fixture.ts'

const nobody = '0x00000000000000000000000000000000000000aa'

let world: ApiWorld
let before: number
const relayerNonce = () =>
  world.chain.client.getTransactionCount({ address: devAccounts.relayer.address, blockTag: 'pending' })

beforeAll(async () => {
  world = await startApiWorld({ blockTime: 0.1 })
  before = await relayerNonce()
})
afterAll(() => world.stop())

type Body = Record<string, unknown>

/** A valid request with one value changed after it was signed; `undefined` takes it away. */
async function altered(path: string, value: unknown): Promise<Body> {
  const body: Body = structuredClone(await relayBody(newUser()))
  const names = path.split('.')
  const last = names.pop() ?? ''
  const parent = names.reduce((inner, name) => inner[name] as Body, body)
  parent[last] = value
  return body
}

describe('the relay spends nothing on', () => {
  it.each([
    ['another operation', 'operation', 'submitAddPermission', 403, 'OPERATION_NOT_ALLOWED'],
    ['a direct request', 'type', 'direct', 400, 'BAD_REQUEST'],
    ['another chain', 'typedData.domain.chainId', 1480, 400, 'DOMAIN_MISMATCH'],
    ['another contract', 'typedData.domain.verifyingContract', nobody, 400, 'DOMAIN_MISMATCH'],
    ['another version', 'typedData.domain.version', '2', 400, 'DOMAIN_MISMATCH'],
    ['a salted domain', 'typedData.domain.salt', '0x00', 400, 'BAD_REQUEST'],
    ['other types', 'typedData.types.Permission', [{ name: 'key', type: 'string' }], 400, 'TYPES_MISMATCH'],
    ['more types', 'typedData.types.Other', [], 400, 'TYPES_MISMATCH'],
    ['another primary type', 'typedData.primaryType', 'Permission', 400, 'TYPES_MISMATCH'],
    ['altered fields', 'typedData.message.grant', 'http://evil', 403, 'SIGNER_MISMATCH'],
    ['another key', 'expectedUserAddress', nobody, 403, 'SIGNER_MISMATCH'],
    ['a field too many', 'typedData.message.gas', '1', 400, 'BAD_REQUEST'],
    ['a field too few', 'typedData.message.grant', undefined, 400, 'BAD_REQUEST'],
    ['a number beyond uint256', 'typedData.message.nonce', `${2n ** 256n}`, 400, 'BAD_REQUEST'],
    ['a negative number', 'typedData.message.nonce', -1, 400, 'BAD_REQUEST'],
    ['a number that JSON has rounded', 'typedData.message.nonce', 2 ** 53, 400, 'BAD_REQUEST'],
    ['a number in words', 'typedData.message.granteeId', 'one', 400, 'BAD_REQUEST'],
    ['an address too short', 'typedData.message.serverAddress', '0x12', 400, 'BAD_REQUEST'],
    ['no signature', 'signature', undefined, 400, 'BAD_REQUEST'],
    ['an empty signature', 'signature', '0x', 400, 'SIGNATURE_INVALID'],
    ['a signature of zeros', 'signature', `0x${'00'.repeat(65)}`, 400, 'SIGNATURE_INVALID'],
  ] as const)('%s', async (_, path, value, status, code) => {
    const answer = await post(world.apiServer(), '/api/relay', await altered(path, value))
    expect(answer).toMatchObject({
      status,
      body: { type: 'error', code, error: expect.any(String), retriable: false },
    })
    expect(await relayerNonce()).toBe(before)
  })

  it.each([
    ['submitRevokePermission', { nonce: '0', permissionId: '1' }],
    ['submitTrustServer', { nonce: '0', serverId: 1 }],
    ['submitUntrustServer', { nonce: '0', serverId: 1 }],
    ['submitAddPermission', { nonce: '0', granteeId: '1', grant: 'x', fileIds: [] }],
    ['submitRegisterGrantee', null],
    ['constructor', undefined],
    ['', {}],
  ])('the signed operation %s, whatever its message looks like', async (operation, message) => {
    const body = await relayBody(newUser())
    const typedData = { ...body.typedData, message }
    expect(await post(world.apiServer(), '/api/relay', { ...body, operation, typedData })).toMatchObject({
      status: 403,
      body: { type: 'error', code: 'OPERATION_NOT_ALLOWED', retriable: false },
    })
    expect(await relayerNonce()).toBe(before)
  })

  it('a malleable signature', async () => {
    const body = await relayBody(newUser())
    const answer = await post(world.apiServer(), '/api/relay', {
      ...body,
      signature: flipped(`${body.signature}`),
    })
    expect(answer).toMatchObject({ status: 400, body: { code: 'SIGNATURE_INVALID' } })
  })

  it.each([
    ['no JSON', '{"type":', 400, 'BAD_REQUEST'],
    ['a list', '[]', 400, 'BAD_REQUEST'],
    ['null', 'null', 400, 'BAD_REQUEST'],
    ['a poisoned prototype', '{"__proto__":{"type":"signed"}}', 400, 'BAD_REQUEST'],
    ['a body that is too large', JSON.stringify({ type: 'x'.repeat(70_000) }), 413, 'BODY_TOO_LARGE'],
  ])('%s', async (_, payload, status, code) => {
    const answer = await post(world.apiServer(), '/api/relay', payload, {
      'content-type': 'application/json',
    })
    expect(answer).toMatchObject({ status, body: { type: 'error', code } })
  })

  it('a body of another media type, as a web page could send it without asking', async () => {
    const body = JSON.stringify(await relayBody(newUser()))
    for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
      const answer = await post(world.apiServer(), '/api/relay', body, { 'content-type': type })
      expect(answer).toMatchObject({ status: expect.toSatisfy((status) => status === 400 || status === 415) })
    }
    expect(await relayerNonce()).toBe(before)
  })

  it('a permission for another grantee, if limited to one', async () => {
    const server = world.apiServer({ granteeId: 2n })
    expect(await post(server, '/api/relay', await relayBody(newUser()))).toMatchObject({
      status: 403,
      body: { code: 'GRANTEE_NOT_ALLOWED' },
    })
  })

  it('a request that names no user, if one is required', async () => {
    const { expectedUserAddress: _, ...body } = await relayBody(newUser())
    expect(await post(world.apiServer({ requireExpectedUser: true }), '/api/relay', body)).toMatchObject({
      status: 400,
      body: { code: 'BAD_REQUEST' },
    })
  })

  it('more gas than its limit', async () => {
    const server = world.apiServer({ limits: { maxGas: 1_000_000n } })
    expect(await post(server, '/api/relay', await relayBody(newUser()))).toMatchObject({
      status: 422,
      body: { code: 'GAS_TOO_HIGH' },
    })
    expect(await relayerNonce()).toBe(before)
  })

  it('any caller, without its own key', async () => {
    const server = world.apiServer({ relayerPrivateKeys: [] })
    expect(await post(server, '/api/relay', await relayBody(newUser()))).toMatchObject({
      status: 503,
      body: { code: 'RELAY_DISABLED' },
    })
  })
})

describe('the relay is not exhausted by', () => {
  it('one user who asks too often', async () => {
    const server = world.apiServer({ limits: { perUser: { ratePerSecond: 0.1, burst: 2 } } })
    const user = newUser()
    const statuses = []
    for (let i = 0; i < 3; i += 1) {
      const { status } = await post(
        server,
        '/api/relay',
        await relayBody(user, flowMessage({ granteeId: 99n })),
      )
      statuses.push(status)
    }
    expect(statuses).toEqual([422, 422, 429])
    expect(
      (await post(server, '/api/relay', await relayBody(newUser(), flowMessage({ granteeId: 99n })))).status,
    ).toBe(422)
  })

  it('one address that asks too often, with ever new users', async () => {
    const server = world.apiServer({ limits: { perAddress: { ratePerSecond: 0.1, burst: 2 } } })
    const answers = []
    for (let i = 0; i < 3; i += 1) {
      answers.push(
        await post(server, '/api/relay', await relayBody(newUser(), flowMessage({ granteeId: 99n }))),
      )
    }
    expect(answers.map(({ status }) => status)).toEqual([422, 422, 429])
    expect(answers[2]).toMatchObject({
      body: { code: 'RATE_LIMITED', retriable: true },
      headers: { 'retry-after': '10' },
    })
  })

  it('many at once: it answers that it is busy', async () => {
    const server = world.apiServer({ limits: { maxConcurrentRelays: 2 } })
    const bodies = await Promise.all(
      Array.from({ length: 6 }, () => relayBody(newUser(), flowMessage({ granteeId: 99n }))),
    )
    const answers = await Promise.all(bodies.map((body) => post(server, '/api/relay', body)))
    expect(answers.map(({ status }) => status).sort()).toEqual([422, 422, 503, 503, 503, 503])
    expect(answers.find(({ status }) => status === 503)).toMatchObject({
      body: { code: 'RELAY_BUSY', retriable: true },
    })
    expect(
      (await post(server, '/api/relay', await relayBody(newUser(), flowMessage({ granteeId: 99n })))).status,
    ).toBe(422)
  })

  it('requests that the contract refuses: honest ones go on', async () => {
    const server = world.apiServer()
    const bad = await Promise.all(
      Array.from({ length: 10 }, () => relayBody(newUser(), flowMessage({ grant: '' }))),
    )
    const good = await Promise.all(Array.from({ length: 10 }, () => relayBody(newUser())))
    const answers = await Promise.all([...bad, ...good].map((body) => post(server, '/api/relay', body)))
    expect(answers.map(({ status }) => status)).toEqual([...Array(10).fill(422), ...Array(10).fill(200)])
    const receipts = await Promise.all(
      answers
        .slice(10)
        .map(({ body }) =>
          world.chain.client.waitForTransactionReceipt({ hash: body.hash as `0x${string}` }),
        ),
    )
    expect(receipts.every(({ status }) => status === 'success')).toBe(true)
  })

  it('users who spend their nonce elsewhere in the meantime: the lane goes on', async () => {
    const server = world.apiServer()
    const user = newUser()
    const first = await relayBody(user)
    const second = await relayBody(user)
    const elsewhere = world.apiServer({ relayerPrivateKeys: [devAccounts.funder.privateKey] })
    // Both pass the simulation, one of them reverts on chain: its nonce is used, and nothing waits for it.
    await Promise.all([post(server, '/api/relay', first), post(elsewhere, '/api/relay', second)])
    expect((await post(server, '/api/relay', await relayBody(newUser()))).status).toBe(200)
    await expect.poll(() => server.stats().relaysInFlight, { timeout: 20_000 }).toBe(0)
  })

  it('a client that sends its headers and then nothing', async () => {
    const server = world.apiServer()
    const { url } = await server.start()
    const { port } = new URL(url)
    const slow = createConnection(Number(port), '127.0.0.1')
    slow.write(
      'POST /api/relay HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{',
    )
    const answer = await fetch(`${url}/health`)
    expect(answer.status).toBe(200)
    slow.destroy()
    await server.stop()
  })
})

/** The same signature with s in the other half: recovers to the same address, and the contract refuses it. */
function flipped(signature: string): string {
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
  const s = (order - BigInt(`0x${signature.slice(66, 130)}`)).toString(16).padStart(64, '0')
  return `${signature.slice(0, 66)}${s}${signature.endsWith('1b') ? '1c' : '1b'}`
}
