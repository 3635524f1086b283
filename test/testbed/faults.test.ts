import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Hash, type Hex, keccak256 } from 'viem'
import { afterEach, describe, expect, it } from 'vitest'
import { createBlockFeed } from '../../src/chain/blocks/block-feed.ts'
import { Lane } from '../../src/chain/lanes/lane.ts'
import { createRpcPool } from '../../src/chain/rpc/rpc-pool.ts'
import { createFees } from '../../src/chain/transactions/fees.ts'
import { signTransaction } from '../../src/chain/transactions/sign-transaction.ts'
import { usualFees, usualRpc } from '../../src/config/usual-settings.fixture.ts'
import { toNativeAccount } from '../../src/crypto/native-account.ts'
import { devAccounts } from '../../src/testbed/chain/dev-accounts.ts'
import { startAnvil } from '../../src/testbed/chain/start-anvil.ts'
import { startFaultProxy } from '../../src/testbed/faults/start-fault-proxy.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 30_000 })
const nobody = '0x00000000000000000000000000000000000000aa'
const transfer = { to: nobody, value: 1n, gas: 21_000n } as const
const account = toNativeAccount(devAccounts.relayer.privateKey)

/** A service that repeats its requests, behind a proxy. */
async function startEcho(...settings: (string | { held: boolean })[]) {
  const faults = settings.filter((setting) => typeof setting === 'string')
  const { held = false } = settings.find((setting) => typeof setting === 'object') ?? {}
  const asked: string[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    asked.push(`${request.method} ${request.url} ${request.headers.host} ${body}`)
    response.writeHead(201, { 'x-own': 'yes' }).end(`heard ${body}`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  cleanups.push(async () => server.close())
  const upstream = `http://127.0.0.1:${port}/api/v1`
  const proxy = await startFaultProxy({ port: 0, upstream, faults, held, seed: '1' })
  cleanups.push(proxy.stop)
  return { asked, proxy, post: (body: string) => fetch(`${proxy.url}/x?y=1`, { method: 'POST', body }) }
}

/** An anvil behind a proxy, and a lane that sends through it. */
async function startChainBehind(faults: string[], anvilOptions: { blockTime?: number } = {}) {
  const anvil = await startAnvil({ blockTime: 0.2, keepStates: 64, ...anvilOptions })
  cleanups.push(() => anvil.stop())
  const proxy = await startFaultProxy({ port: 0, upstream: anvil.rpcUrl, faults, seed: '7' })
  cleanups.push(proxy.stop)
  const rpc = createRpcPool({ ...usualRpc, urls: [proxy.url], chainId: anvil.chainId })
  cleanups.push(rpc.close)
  const feed = createBlockFeed({ rpc, pollIntervalMs: 50 })
  const fees = createFees({ ...usualFees, rpc, feed })
  const lane = new Lane({ rpc, feed, fees, account, stuckAfterBlocks: 3 })
  cleanups.push(async () => {
    lane.close()
    feed.close()
  })
  const counts = async (): Promise<number[]> => [
    await anvil.client.getTransactionCount({ address: account.address }),
    await anvil.client.getTransactionCount({ address: account.address, blockTag: 'pending' }),
  ]
  return { anvil, proxy, rpc, feed, fees, lane, counts }
}

describe('a fault proxy', () => {
  it('passes a request on unchanged when no fault hits it', async () => {
    const { asked, proxy, post } = await startEcho('storage:reset=0%')
    const answer = await post('hello')
    expect([answer.status, answer.headers.get('x-own'), await answer.text()]).toEqual([
      201,
      'yes',
      'heard hello',
    ])
    expect(asked).toEqual([`POST /api/v1/x?y=1 ${new URL(proxy.url).host} hello`])
    expect(proxy.stats()).toEqual({ requests: 1, hits: {} })
  })

  it.each([500, 502, 503, 504])('answers %i instead of the upstream', async (status) => {
    const { asked, post, proxy } = await startEcho(`api-server:${status}=100%`)
    expect((await post('')).status).toBe(status)
    expect([asked, proxy.stats().hits]).toEqual([[], { [status]: 1 }])
  })

  it('goes down at an interval and comes back on the same port', async () => {
    const { post, proxy } = await startEcho('storage:restart=500ms/1s')
    const look = (): Promise<boolean> =>
      post('')
        .then((answer) => answer.ok)
        .catch(() => false)
    expect(await look()).toBe(true)
    await expect.poll(look, { timeout: 30_000, interval: 20 }).toBe(false)
    await expect.poll(look, { timeout: 30_000, interval: 20 }).toBe(true)
    expect(proxy.stats().hits.restart).toBeGreaterThan(0)
  })

  it('cuts requests in flight when it goes down', async () => {
    const { proxy } = await startEcho('storage:restart=100ms/1s', 'storage:hang=100%')
    await expect(fetch(proxy.url)).rejects.toThrow()
  })

  it('answers 429 with Retry-After instead of the upstream', async () => {
    const limited = await startEcho('api-server:429=100%')
    const refusal = await limited.post('')
    expect([refusal.status, refusal.headers.get('retry-after')]).toEqual([429, '1'])
    expect(limited.asked).toEqual([])
  })

  it('cuts connections, some before and some after the upstream handled the request', async () => {
    const { asked, post, proxy } = await startEcho('personal-server:reset=100%')
    for (let i = 0; i < 20; i += 1) await expect(post('')).rejects.toThrow()
    expect(proxy.stats().hits).toEqual({ reset: 20 })
    expect(asked.length).toBeGreaterThan(0)
    expect(asked.length).toBeLessThan(20)
  })

  it('hangs, and sends a complete body slowly', async () => {
    const hanging = await startEcho('storage:hang=100%')
    const signal = AbortSignal.timeout(300)
    await expect(fetch(hanging.proxy.url, { signal })).rejects.toThrow()
    expect(hanging.asked).toEqual([])
    const slow = await startEcho('storage:slow-body=100%')
    const startedMs = performance.now()
    expect(await (await slow.post('a body')).text()).toBe('heard a body')
    expect(performance.now() - startedMs).toBeGreaterThan(1000)
  })

  it('adds latency and jitter', async () => {
    const { post } = await startEcho('storage:latency=150ms', 'storage:jitter=50ms')
    const startedMs = performance.now()
    await post('')
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(149)
  })

  it('hits the same requests for the same seed', async () => {
    const statuses = async (): Promise<number[]> => {
      const { post } = await startEcho('storage:503=30%')
      const all: number[] = []
      for (let i = 0; i < 30; i += 1) all.push((await post('')).status)
      return all
    }
    const first = await statuses()
    expect(new Set(first)).toEqual(new Set([201, 503]))
    expect(await statuses()).toEqual(first)
  })

  it('passes every request on while its faults are held', async () => {
    const { asked, proxy, post } = await startEcho(
      { held: true },
      'storage:503=100%',
      'storage:restart=999ms/1s',
    )
    expect((await post('')).status).toBe(201)
    proxy.startFaults()
    expect((await post('')).status).toBe(503)
    expect([asked.length, proxy.stats().hits['503']]).toEqual([1, 1])
    await expect.poll(() => proxy.stats().hits.restart, { timeout: 30_000 }).toBeGreaterThan(0)
  })

  it('refuses unknown faults', async () => {
    const settings = { port: 0, upstream: 'http://127.0.0.1:1', faults: ['rpc:gremlins=3'], seed: '1' }
    await expect(startFaultProxy(settings)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})

describe('a fault proxy in front of a chain', () => {
  it('fails sends in every way, and a lane behind it mines each transaction once and leaves no gap', async () => {
    const { lane, proxy, counts, anvil } = await startChainBehind(['rpc:send-error=40%'])
    const send = async (value: bigint): Promise<void> => {
      // Like the API server's clients: a refused caller tries again, and the lane takes care of uncertain transactions.
      for (;;) {
        try {
          await lane.send({ ...transfer, value })
          return
        } catch (error) {
          if ((error as { details: { mayBeSent?: boolean } }).details.mayBeSent) return
        }
      }
    }
    await Promise.all(Array.from({ length: 60 }, (_, i) => send(BigInt(i + 1))))
    await lane.drain()
    expect(await anvil.client.getBalance({ address: nobody })).toBe((60n * 61n) / 2n)
    const [latest, pending] = await counts()
    expect([pending, lane.status().nextNonce]).toEqual([latest, latest])
    expect(await anvil.client.getTxpoolStatus()).toMatchObject({ pending: 0, queued: 0 })
    expect(proxy.stats().hits['send-error']).toBeGreaterThan(20)
  })

  it('drops a transaction that it reported as accepted', async () => {
    const { rpc, fees, anvil } = await startChainBehind(['rpc:drop-tx=100%'])
    const { raw, hash } = await signTransaction(account, {
      ...transfer,
      chainId: anvil.chainId,
      nonce: 0,
      fees: await fees.current(),
    })
    expect(await rpc.request('eth_sendRawTransaction', [raw])).toBe(hash)
    expect(await rpc.request('eth_getTransactionByHash', [hash])).toBeNull()
    expect(await anvil.client.getTxpoolStatus()).toMatchObject({ pending: 0, queued: 0 })
  })

  it('keeps a transaction stuck until the lane replaces it', async () => {
    const { lane, rpc, counts, anvil } = await startChainBehind(['rpc:stuck-tx=100%'])
    const replacements: Hash[] = []
    const { hash } = await lane.send({
      ...transfer,
      onEvent: (event) => event.type === 'replaced' && replacements.push(event.newHash),
    })
    expect(await rpc.request('eth_getTransactionByHash', [hash])).toMatchObject({ hash, blockNumber: null })
    await lane.drain()
    expect(replacements).toHaveLength(1)
    expect(await counts()).toEqual([1, 1])
    await expect(anvil.client.getTransaction({ hash })).rejects.toThrow()
  })

  it('treats each call of a batch separately', async () => {
    const { rpc, fees, anvil } = await startChainBehind(['rpc:drop-tx=100%'])
    const { raw } = await signTransaction(account, {
      ...transfer,
      chainId: anvil.chainId,
      nonce: 0,
      fees: await fees.current(),
    })
    const outcomes = await rpc.batch([
      { method: 'eth_chainId', params: [] },
      { method: 'eth_sendRawTransaction', params: [raw] },
    ])
    expect(outcomes).toEqual([
      { ok: true, result: '0x39d0' },
      { ok: true, result: keccak256(raw as Hex) },
    ])
  })

  it('reorganises the chain at an interval', async () => {
    const { feed, proxy, lane } = await startChainBehind(['rpc:reorg=2/1s'])
    const stop = feed.subscribe({ onBlock: () => undefined })
    await lane.send(transfer)
    await eventually(() => feed.stats().reorgs).toBeGreaterThan(0)
    stop()
    expect(proxy.stats().hits.reorg).toBeGreaterThan(0)
    await lane.drain()
  })
})
