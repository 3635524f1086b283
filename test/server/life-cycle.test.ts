import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startScriptedNode } from '../../src/chain/rpc/scripted-node.fixture.ts'
import type { LoadTestApiServer } from '../../src/server/load-test-api-server.ts'
import { devAccounts } from '../../src/testbed/chain/dev-accounts.ts'
import {
  type ApiWorld,
  appPrivateKey,
  newUser,
  post,
  relayBody,
  startApiWorld,
} from './api-server.fixture.ts'

let world: ApiWorld
beforeAll(async () => {
  world = await startApiWorld({ blockTime: 0.2 })
})
afterAll(() => world.stop())

const get = async (server: LoadTestApiServer, url: string, headers: Record<string, string> = {}) => {
  const answer = await server.inject({ method: 'GET', url, headers })
  return {
    status: answer.statusCode,
    type: answer.headers['content-type'],
    body: answer.body,
    json: () => answer.json(),
  }
}

describe('starting', () => {
  it('listens on loopback, on a free port', async () => {
    const server = world.apiServer()
    const { url } = await server.start()
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect((await fetch(`${url}/health`)).status).toBe(200)
    await server.stop()
    await expect(fetch(`${url}/health`)).rejects.toThrow()
  })

  it('says that its port is taken', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    await expect(world.apiServer({ port }).start()).rejects.toMatchObject({ code: 'PORT_IN_USE' })
    await new Promise((resolve) => other.close(resolve))
  })

  it('refuses a chain of another id, or one that does not answer', async () => {
    const node = await startScriptedNode({ chainId: 1480 })
    await expect(world.apiServer({ rpcUrls: [node.url] }).start()).rejects.toMatchObject({
      code: 'CHAIN_WRONG_ID',
    })
    await node.stop()
    const options = { rpcUrls: [node.url], rpcPatienceMs: 100 }
    await expect(world.apiServer(options).start()).rejects.toMatchObject({
      code: 'CHAIN_UNREACHABLE',
    })
  })

  it('refuses any other address than loopback without a token', () => {
    for (const host of ['0.0.0.0', '192.168.1.5', '::']) {
      expect(() => world.apiServer({ host })).toThrowError(
        expect.objectContaining({ code: 'CONFIG_INVALID' }),
      )
    }
    for (const host of ['localhost', '127.0.0.5', '::1'])
      expect(() => world.apiServer({ host })).not.toThrow()
    expect(() => world.apiServer({ host: '0.0.0.0', token: 'secret' })).not.toThrow()
  })
})

describe('a token', () => {
  it('is demanded everywhere but for health and documentation', async () => {
    const server = world.apiServer({ token: 'open sesame' })
    expect((await get(server, '/health')).status).toBe(200)
    expect((await get(server, '/docs')).status).toBe(200)
    for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: 'open sesame' }]) {
      expect((await get(server, '/__metrics', headers)).status).toBe(401)
      expect(await post(server, '/api/relay', {}, headers)).toMatchObject({
        status: 401,
        body: { type: 'error', code: 'UNAUTHORIZED' },
      })
    }
    expect((await get(server, '/__metrics', { authorization: 'Bearer open sesame' })).status).toBe(200)
  })
})

describe('stopping', () => {
  it('answers what was accepted, and waits until the chain has it', async () => {
    const node = await startScriptedNode({ upstream: world.chain.rpcUrl })
    let release = (): void => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    node.answer = async ({ method }) => {
      if (method === 'eth_sendRawTransaction') await released
      return undefined
    }
    const server = world.apiServer({ rpcUrls: [node.url] })
    const { url } = await server.start()
    const body = JSON.stringify(await relayBody(newUser()))
    const headers = { 'content-type': 'application/json' }
    const asking = fetch(`${url}/api/relay`, { method: 'POST', headers, body })
    await expect.poll(() => node.count('eth_sendRawTransaction')).toBe(1)
    const stopping = server.stop()
    release()
    await stopping
    const { hash } = (await (await asking).json()) as { hash: `0x${string}` }
    expect((await world.chain.client.getTransactionReceipt({ hash })).status).toBe('success')
    await node.stop()
  })

  it('happens once, however often it is asked for, also without a start', async () => {
    const server = world.apiServer()
    await Promise.all([server.stop(), server.stop()])
  })

  it('does not wait for ever for a personal server that does not answer', async () => {
    const server = world.apiServer({ drainMs: 50 })
    const { url } = await server.start()
    world.personalServer.answer({ status: 0, body: 'never' })
    const asked = world.personalServer.requests.length
    const headers = { 'content-type': 'application/json' }
    const body = '{"permissionId":7}'
    const asking = fetch(`${url}/api/trusted-server`, { method: 'POST', headers, body }).catch(
      () => 'cut off',
    )
    await expect.poll(() => world.personalServer.requests.length).toBe(asked + 1)
    await server.stop()
    await asking
  })

  it('does not wait for ever for a chain that is gone', async () => {
    const node = await startScriptedNode({ upstream: world.chain.rpcUrl })
    const server = world.apiServer({
      rpcUrls: [node.url],
      drainMs: 50,
      relayerPrivateKeys: [devAccounts.funder.privateKey],
    })
    expect((await post(server, '/api/relay', await relayBody(newUser()))).status).toBe(200)
    await node.stop()
    await server.stop()
  })
})

describe('health', () => {
  it('tells of chain, relayers and personal server', async () => {
    const server = world.apiServer()
    world.personalServer.answer({ status: 422, body: { detail: [] } })
    const { status, json } = await get(server, '/health')
    expect([status, json()]).toEqual([
      200,
      {
        status: 'ok',
        chain: { id: 14800, reachable: true, block: expect.any(Number) },
        relayers: [
          expect.objectContaining({
            address: devAccounts.relayer.address,
            balanceWei: expect.stringMatching(/^\d{20,}$/),
          }),
        ],
        personalServer: { reachable: true, status: 422 },
      },
    ])
  })

  it('is degraded without a personal server, or with a relayer that owns nothing', async () => {
    const without = world.apiServer({ personalServerUrl: 'http://127.0.0.1:1/api/v1' })
    expect((await get(without, '/health')).json()).toMatchObject({ status: 'degraded' })
    const poor = world.apiServer({ relayerPrivateKeys: [`0x${'77'.repeat(32)}`] })
    expect((await get(poor, '/health')).json()).toMatchObject({
      status: 'degraded',
      relayers: [{ balance: '0' }],
    })
  })

  it('is down, and says so by its status, without a chain', async () => {
    const server = world.apiServer({ rpcUrls: ['http://127.0.0.1:1'] })
    const { status, json } = await get(server, '/health')
    expect([status, json()]).toMatchObject([503, { status: 'down', chain: { reachable: false } }])
  })

  it('is no way to put load on the chain', async () => {
    const server = world.apiServer()
    await Promise.all(Array.from({ length: 50 }, () => get(server, '/health')))
    expect(server.stats().rpc.total).toBeLessThan(5)
  })
})

describe('what the server says of itself', () => {
  it('counts requests, calls and lanes', async () => {
    const server = world.apiServer()
    await post(server, '/api/relay', {})
    await get(server, '/nowhere')
    expect((await get(server, '/__metrics')).json()).toMatchObject({
      cpuMs: expect.any(Number),
      rssBytes: expect.any(Number),
      requests: {
        total: 3,
        active: 1,
        byRoute: { 'POST /api/relay': 1, 'GET (none)': 1 },
        byStatus: { 400: 1, 404: 1 },
        byError: { BAD_REQUEST: 1, NOT_FOUND: 1 },
      },
      rpc: { total: 0 },
      lanes: [{ address: devAccounts.relayer.address, pending: 0 }],
    })
  })

  it('describes its routes, for programs and for people', async () => {
    const server = world.apiServer()
    const paths = Object.keys((await get(server, '/docs')).json().paths)
    expect(paths).toEqual([
      ...['/api/relay', '/api/relay/{hash}', '/api/trusted-server', '/api/trusted-server/poll'],
      ...['/identity', '/health', '/__metrics'],
    ])
    const page = await get(server, '/docs', { accept: 'text/html,*/*' })
    expect(page.type).toMatch('text/html')
    for (const path of paths) expect(page.body).toContain(path)
    expect((await get(server, '/docs/openapi.json')).json().openapi).toBe('3.1.0')
  })

  it('tells a wrong route from a wrong method', async () => {
    const server = world.apiServer()
    expect((await get(server, '/nowhere')).json()).toMatchObject({
      success: false,
      error: { code: 'NOT_FOUND' },
    })
    expect(await get(server, '/api/relay')).toMatchObject({ status: 405 })
    expect((await post(server, '/health', {})).status).toBe(405)
  })

  it('logs each request by route and code, and never a key, token or signature', async () => {
    const lines: string[] = []
    const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
    const server = world.apiServer({ logger, token: 'open-sesame' })
    const body = await relayBody(newUser())
    const headers = { authorization: 'Bearer open-sesame' }
    await post(server, '/api/relay', body, headers)
    await post(server, '/api/relay', { ...body, signature: '0x12' }, headers)
    await get(server, '/identity?address=0x1', headers)
    const log = lines.join('')
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { msg: 'request', route: 'POST /api/relay', status: 200 },
      { msg: 'request', route: 'POST /api/relay', status: 400, error: 'SIGNATURE_INVALID' },
      { msg: 'request', route: 'GET /identity', status: 400, error: 'BAD_REQUEST' },
    ])
    for (const secret of [
      'open-sesame',
      `${body.signature}`,
      appPrivateKey,
      devAccounts.relayer.privateKey,
    ]) {
      expect(log).not.toContain(secret.replace('0x', ''))
    }
  })

  it('says where a relayed transaction stands', async () => {
    const server = world.apiServer()
    const { hash } = (await post(server, '/api/relay', await relayBody(newUser()))).body
    expect((await get(server, `/api/relay/${hash}`)).json()).toMatchObject({ success: true, data: { hash } })
    await expect
      .poll(async () => (await get(server, `/api/relay/${hash}`)).json().data.state, { timeout: 10_000 })
      .toBe('mined')
    expect((await get(server, `/api/relay/0x${'00'.repeat(32)}`)).status).toBe(404)
  })
})
