import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { pino } from 'pino'
import { toFunctionSelector } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { permissionsAbi } from '../../src/chain/permissions/abi.ts'
import { startScriptedNode } from '../../src/chain/rpc/scripted-node.fixture.ts'
import type { LoadTestApiServer } from '../../src/server/load-test-api-server.ts'
import { devAccounts } from '../../src/testbed/chain/dev-accounts.ts'
import { type ApiWorld, flowMessage, newUser, post, relayBody, startApiWorld } from './api-server.fixture.ts'

// An attacker who knows the relay's address and wants its funds, its nonces, its memory or its silence.

let world: ApiWorld
beforeAll(async () => {
  world = await startApiWorld({ blockTime: 'instant' })
})
afterAll(() => world.stop())

const relayer = devAccounts.relayer.address
const nonce = () => world.chain.client.getTransactionCount({ address: relayer, blockTag: 'pending' })
const balance = () => world.chain.client.getBalance({ address: relayer })
const relay = (server: LoadTestApiServer, body: object) => post(server, '/api/relay', body)
/** Asks again while the server has not seen the block of the user's last transaction yet. */
async function relayNext(server: LoadTestApiServer, body: object): ReturnType<typeof relay> {
  for (;;) {
    const answer = await relay(server, body)
    if (answer.body.code !== 'REQUEST_IN_FLIGHT') return answer
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

describe('the funds', () => {
  it('goes to one function of one contract, whatever is asked for, and never as value', async () => {
    const server = world.apiServer()
    const before = await world.chain.client.getBlockNumber()
    const user = newUser()
    const honest = await relayBody(user)
    const elsewhere = { to: devAccounts.funder.address, value: '1', data: '0x12345678', gas: '30000000' }
    const hostile: object[] = [
      { ...honest, ...elsewhere },
      { ...honest, transaction: elsewhere },
      { ...honest, typedData: { ...honest.typedData, ...elsewhere } },
      { ...honest, operation: 'submitRevokePermission' },
      { ...honest, operation: 'constructor' },
      JSON.parse(`{"__proto__":{"to":"0x00"},"type":"signed"}`),
      await relayBody(newUser(), flowMessage({ serverUrl: `${'x'.repeat(20_000)}` })),
      await relayBody(newUser()),
    ]
    for (const body of hostile) await relay(server, body)
    const after = await world.chain.client.getBlockNumber()
    const selector = toFunctionSelector(
      permissionsAbi.find(
        (item) => item.type === 'function' && item.name === 'addServerFilesAndPermissions',
      ) as never,
    )
    let seen = 0
    for (let number = before + 1n; number <= after; number += 1n) {
      const block = await world.chain.client.getBlock({ blockNumber: number, includeTransactions: true })
      for (const { from, to, value, input } of block.transactions) {
        if (from.toLowerCase() !== relayer.toLowerCase()) continue
        seen += 1
        expect(to?.toLowerCase()).toBe(world.chain.contracts.permissions.toLowerCase())
        expect([value, input.slice(0, 10)]).toEqual([0n, selector])
      }
    }
    expect(seen).toBeGreaterThan(0)
  })

  it('is not spent on arrays and texts as large as the body allows', async () => {
    const server = world.apiServer()
    // What was accepted before is paid for when it is mined.
    await expect.poll(() => world.chain.client.getTransactionCount({ address: relayer })).toBe(await nonce())
    const [spent, used] = [await balance(), await nonce()]
    const many = Array.from({ length: 60 }, (_, i) => `http://127.0.0.1:1/${i}`)
    const huge = [
      flowMessage({ fileUrls: many, schemaIds: many.map(() => 0n), filePermissions: many.map(() => []) }),
      flowMessage({ grant: 'g'.repeat(40_000) }),
      flowMessage({ fileUrls: ['u'.repeat(70_000)] }),
    ]
    for (const message of huge) {
      const { status, body } = await relay(server, await relayBody(newUser(), message))
      expect([413, 422]).toContain(status)
      expect(['BODY_TOO_LARGE', 'GAS_TOO_HIGH', 'REVERTED']).toContain(body.code)
    }
    expect([await balance(), await nonce()]).toEqual([spent, used])
  })

  it('of a user who makes his requests revert on chain has a bound', async () => {
    const { client } = world.chain
    const node = await startScriptedNode({ upstream: world.chain.rpcUrl })
    const budget = 3_500_000n
    const often = { ratePerSecond: 1000, burst: 1000 }
    const server = world.apiServer({
      rpcUrls: [node.url],
      limits: { gasPerUserAndHour: budget, perUser: often },
    })
    // The user's other relay, which uses up the nonce between the simulation and the block.
    const other = world.apiServer({ relayerPrivateKeys: [devAccounts.funder.privateKey] })
    const user = newUser()
    const outcomes: string[] = []
    let gasUsed = 0n
    for (let turn = 0; turn < 6 && outcomes.at(-1) !== 'GAS_BUDGET_SPENT'; turn += 1) {
      node.answer = async ({ method }) => {
        if (method !== 'eth_sendRawTransaction') return undefined
        const quick = await relay(other, await relayBody(user, flowMessage({ nonce: BigInt(turn) })))
        expect(quick.status).toBe(200)
        return undefined
      }
      const { status, headers, body } = await relay(
        server,
        await relayBody(user, flowMessage({ nonce: BigInt(turn) })),
      )
      if (status !== 200) {
        outcomes.push(`${body.code}`)
        expect([status, headers['retry-after']]).toEqual([429, expect.stringMatching(/^\d+$/)])
        continue
      }
      const receipt = await client.waitForTransactionReceipt({ hash: body.hash as `0x${string}` })
      outcomes.push(receipt.status)
      gasUsed += receipt.gasUsed
      for (const one of [server, other])
        await expect.poll(() => one.stats().relaysInFlight, { timeout: 20_000 }).toBe(0)
    }
    expect(outcomes[0]).toBe('reverted')
    expect(outcomes.at(-1)).toBe('GAS_BUDGET_SPENT')
    expect(gasUsed).toBeLessThanOrEqual(budget)
    node.answer = () => undefined
    expect((await relay(server, await relayBody(newUser()))).status).toBe(200)
    await node.stop()
  }, 60_000)
})

describe('the gas of transactions that revert', () => {
  it('is charged to the user whose nonce was used elsewhere, up to a limit, and to no other user', async () => {
    const { client } = world.chain
    const node = await startScriptedNode({ upstream: world.chain.rpcUrl })
    const allowance = 200_000n
    const often = { ratePerSecond: 1000, burst: 1000 }
    const server = world.apiServer({
      rpcUrls: [node.url],
      limits: { revertedGasPerUserAndHour: allowance, perUser: often },
    })
    const other = world.apiServer({ relayerPrivateKeys: [devAccounts.funder.privateKey] })
    const user = newUser()
    const of = async (nonce: number) => relayBody(user, flowMessage({ nonce: BigInt(nonce) }))
    let nonce = 0
    let reverted = 0n
    let dearest = 0n
    let refused: Awaited<ReturnType<typeof relay>> | undefined
    for (; nonce < 30 && refused === undefined; nonce += 1) {
      node.answer = async ({ method }) => {
        if (method === 'eth_sendRawTransaction')
          expect((await relay(other, await of(nonce))).status).toBe(200)
        return undefined
      }
      // At once, not when the last receipt has been read: that is for the relay to wait for.
      const answer = await relayNext(server, await of(nonce))
      if (answer.status !== 200) refused = answer
      else {
        const hash = answer.body.hash as `0x${string}`
        const { status, gasUsed } = await client.waitForTransactionReceipt({ hash })
        expect(status).toBe('reverted')
        reverted += gasUsed
        if (gasUsed > dearest) dearest = gasUsed
      }
    }
    expect(refused).toMatchObject({
      status: 429,
      body: { type: 'error', code: 'REVERT_BUDGET_SPENT', retriable: true },
      headers: { 'retry-after': expect.stringMatching(/^[1-9]\d*$/) },
    })
    expect(reverted).toBeGreaterThanOrEqual(allowance)
    expect(reverted).toBeLessThanOrEqual(allowance + dearest)
    node.answer = () => undefined
    for (const honest of [newUser(), newUser()])
      expect((await relay(server, await relayBody(honest))).status).toBe(200)
    await node.stop()
  }, 60_000)

  it('is not charged for transactions that succeed', async () => {
    const server = world.apiServer({
      limits: { revertedGasPerUserAndHour: 1n, perUser: { ratePerSecond: 1000, burst: 1000 } },
    })
    const user = newUser()
    for (let nonce = 0n; nonce < 4n; nonce += 1n) {
      const { status, body } = await relayNext(server, await relayBody(user, flowMessage({ nonce })))
      expect(status).toBe(200)
      await world.chain.client.waitForTransactionReceipt({ hash: body.hash as `0x${string}` })
    }
  })
})

describe('nonces', () => {
  it('are not lost to requests that pass the simulation and cannot be sent', async () => {
    const node = await startScriptedNode({ upstream: world.chain.rpcUrl })
    // Just enough for one transaction: what was not sent must not have been charged.
    const server = world.apiServer({ rpcUrls: [node.url], limits: { gasPerUserAndHour: 2_500_000n } })
    const before = await nonce()
    let refusing = true
    node.answer = ({ method }) =>
      refusing && method === 'eth_sendRawTransaction'
        ? { error: { code: -32_003, message: 'insufficient funds for gas * price + value' } }
        : undefined
    const user = newUser()
    const body = await relayBody(user)
    for (let i = 0; i < 3; i += 1) expect(await relay(server, body)).toMatchObject({ status: 503 })
    expect(await nonce()).toBe(before)
    refusing = false
    const sent = await relay(server, body)
    expect(sent.status).toBe(200)
    const receipt = await world.chain.client.waitForTransactionReceipt({
      hash: sent.body.hash as `0x${string}`,
    })
    expect(receipt.status).toBe('success')
    expect(await nonce()).toBe(before + 1)
    await node.stop()
  })
})

describe('a user', () => {
  it('is not blocked by an attacker who replays an earlier signature from another address', async () => {
    const node = await startScriptedNode({ upstream: world.chain.rpcUrl })
    const user = newUser()
    const old = await relayBody(user)
    expect((await relay(world.apiServer(), old)).status).toBe(200)
    const server = world.apiServer({
      rpcUrls: [node.url],
      limits: { perUser: { ratePerSecond: 0.01, burst: 20 } },
    })
    let release = (): void => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    node.answer = async ({ method }) => {
      if (method === 'eth_estimateGas') await held
      return undefined
    }
    const replays = Array.from({ length: 5 }, () => relay(server, old))
    await expect.poll(() => node.count('eth_estimateGas')).toBe(1)
    const honest = relay(server, await relayBody(user, flowMessage({ nonce: 1n })))
    release()
    expect((await honest).status).toBe(200)
    for (const { status } of await Promise.all(replays)) expect(status).toBe(409)
    await node.stop()
  })

  it('asks for inference only so often, under one permission', async () => {
    const server = world.apiServer({ limits: { perPermission: { ratePerSecond: 0.1, burst: 2 } } })
    world.personalServer.answer({ status: 202, body: { id: 'x', created_at: 'now' } })
    const ask = async (permissionId: string) =>
      (await post(server, '/api/trusted-server', { permissionId })).status
    expect([await ask('7'), await ask('7'), await ask('7'), await ask('8')]).toEqual([200, 200, 429, 200])
  })

  it('cannot guess at the operations of others for long', async () => {
    const server = world.apiServer({ limits: { requestsPerAddress: { ratePerSecond: 0.1, burst: 3 } } })
    world.personalServer.answer({ status: 404, body: { detail: 'Not Found' } })
    const poll = async (operationId: string) =>
      (await post(server, '/api/trusted-server/poll', { operationId })).status
    expect([await poll('a'), await poll('b'), await poll('c'), await poll('d')]).toEqual([404, 404, 404, 429])
  })
})

describe('the memory', () => {
  it('is not filled by connections, headers or bodies that never end', async () => {
    const server = world.apiServer({ limits: { maxConnections: 3 } })
    const { url } = await server.start()
    const open = (text: string): Promise<{ socket: Socket; answer: () => string }> =>
      new Promise((resolve) => {
        let answer = ''
        const socket = connect(Number(new URL(url).port), '127.0.0.1')
        socket.on('error', () => undefined)
        socket.on('data', (chunk) => {
          answer += chunk
        })
        socket.on('connect', () => socket.write(text, () => resolve({ socket, answer: () => answer })))
      })
    const slow = await open(
      'POST /api/relay HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n',
    )
    const giant = await open(`GET /health HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`)
    await once(giant.socket, 'close')
    expect(giant.answer()).toMatch(/^HTTP\/1\.1 431 /)
    const others = [await open(''), await open('')]
    const tooMany = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined)
    await once(tooMany, 'close')
    for (const { socket } of [slow, ...others]) socket.destroy()
    await expect.poll(async () => (await fetch(`${url}/docs`).catch(() => undefined))?.status).toBe(200)
    await server.stop()
  })

  it.each([
    ['deep nesting', `{"type":${'['.repeat(30_000)}${']'.repeat(30_000)}}`],
    ['an object in an object in an object', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
    ['a number beyond all numbers', '{"type":"signed","typedData":{"message":{"nonce":1e999999}}}'],
    ['a poisoned prototype', '{"type":"signed","typedData":{"__proto__":{"domain":1}}}'],
    ['a poisoned constructor', '{"constructor":{"prototype":{"type":"signed"}}}'],
    [
      'thousands of types',
      JSON.stringify({
        type: 'signed',
        operation: 'submitAddServerFilesAndPermissions',
        typedData: { types: Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`t${i}`, []])) },
      }),
    ],
    ['a key as long as the body', `{"type":"signed","typedData":{"${'k'.repeat(60_000)}":1}}`],
  ])('is not filled by %s, nor is the answer', async (_, payload) => {
    const answer = await post(world.apiServer(), '/api/relay', payload, {
      'content-type': 'application/json',
    })
    expect(answer).toMatchObject({ status: 400, body: { code: 'BAD_REQUEST' } })
    expect(JSON.stringify(answer.body).length).toBeLessThan(1500)
    expect(({} as Record<string, unknown>).type).toBeUndefined()
  })

  it('holds no more error codes than a few, however many the personal server makes up', async () => {
    const server = world.apiServer()
    for (let i = 0; i < 150; i += 1) {
      world.personalServer.answer({
        status: 400,
        body: { detail: { detail: 'no', error_code: `CODE_${i}` } },
      })
      await post(server, '/api/trusted-server', { permissionId: 1000 + i })
    }
    const { byError } = server.stats().requests
    expect(Object.keys(byError).length).toBe(101)
    expect(byError.OTHER).toBe(50)
  })
})

describe('who may ask', () => {
  const body = { permissionId: '7' }

  it('without a token is only who calls the server by a name of this machine: a page of another site does not', async () => {
    const server = world.apiServer()
    world.personalServer.answer({ status: 202, body: { id: 'x', created_at: 'now' } })
    const ask = async (host: string) => (await post(server, '/api/trusted-server', body, { host })).status
    for (const host of [
      'evil.example',
      'evil.example:3001',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      '10.0.0.1',
    ])
      expect(await ask(host)).toBe(403)
    for (const host of ['localhost', 'LOCALHOST:3001', '127.0.0.1:80', '[::1]:80', 'a.localhost'])
      expect(await ask(host)).toBe(200)
    expect(await post(server, '/api/relay', {}, { host: 'evil.example' })).toMatchObject({
      status: 403,
      body: { type: 'error', code: 'HOST_NOT_ALLOWED' },
    })
  })

  it.each([
    ['http://evil.example/__metrics', 403],
    ['https://evil.example:3001/__metrics', 403],
    ['http://localhost@evil.example/__metrics', 403],
    ['ftp://localhost/__metrics', 403],
    ['http://localhost.evil.example/__metrics', 403],
    ['http:///__metrics', 400],
    ['http://localhost:3001/__metrics', 200],
    ['HTTP://127.0.0.1/__metrics', 200],
    ['/__metrics', 200],
    ['//evil.example/__metrics', 404],
  ])('without a token is refused a request target of another host: %s', async (target, status) => {
    const server = world.apiServer()
    const { url } = await server.start()
    const { port } = new URL(url)
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1').on('error', reject)
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk
      })
      socket.on('close', () => resolve(text))
      socket.write(`GET ${target} HTTP/1.1\r\nhost: localhost:${port}\r\nconnection: close\r\n\r\n`)
    })
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    await server.stop()
  })

  it('with a token may call it freely, and learns how to send the token', async () => {
    const server = world.apiServer({ token: 'open sesame' })
    const refused = await post(server, '/api/trusted-server', body, { host: 'api.example' })
    expect([refused.status, refused.headers['www-authenticate']]).toEqual([401, 'Bearer realm="vana-load"'])
    for (const authorization of ['Bearer open sesame', 'bearer open sesame'])
      expect(
        (await post(server, '/api/trusted-server', body, { host: 'api.example', authorization })).status,
      ).toBe(200)
  })
})

it('the log has a line for each request, whatever is in it', async () => {
  const lines: string[] = []
  const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
  const server = world.apiServer({ logger })
  const forged = '\n{"level":30,"msg":"request","route":"forged"}\n'
  world.personalServer.answer({ status: 400, body: { detail: { detail: forged, error_code: forged } } })
  await post(server, '/api/trusted-server', { permissionId: 5 })
  await server.inject({ method: 'GET', url: `/identity?address=${encodeURIComponent(forged)}` })
  await server.inject({ method: 'GET', url: `/${encodeURIComponent(forged)}` })
  const parsed = lines.map((line) => JSON.parse(line) as { route: string; remote: string })
  expect(lines.every((line) => line.indexOf('\n') === line.length - 1)).toBe(true)
  expect(parsed.map(({ route }) => route)).toEqual([
    'POST /api/trusted-server',
    'GET /identity',
    'GET (none)',
  ])
  expect(parsed.every(({ remote }) => remote === '127.0.0.1')).toBe(true)
})
