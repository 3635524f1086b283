import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createRpcPool } from '../chain/rpc/rpc-pool.ts'
import { startScriptedNode } from '../chain/rpc/scripted-node.fixture.ts'
import { usualRpc } from '../config/usual-settings.fixture.ts'
import { exchange } from './exchange.ts'
import { createHttpAgent, exemptLoopback, staysHere } from './outbound.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(
    () =>
      new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      }),
  )
  return (server.address() as AddressInfo).port
}

/** A proxy that resolves one company-internal name, unknown elsewhere, to this machine. */
async function startProxy() {
  const tunnels: string[] = []
  const server = createServer((_, response) => response.writeHead(400).end())
  server.on('connect', (request, socket) => {
    tunnels.push(request.url ?? '')
    const [host, port] = (request.url ?? '').split(':')
    if (host !== 'rpc.company.invalid') return void socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
    const upstream = connect(Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      upstream.pipe(socket).pipe(upstream)
    })
    for (const end of [socket, upstream])
      end.on('error', () => void [socket, upstream].map((one) => one.destroy()))
  })
  return { url: `http://127.0.0.1:${await listen(server)}`, tunnels }
}

const startTarget = (): Promise<number> => listen(createServer((_, response) => response.end('reached')))

async function get(origin: string, environment: Record<string, string>): Promise<string> {
  // Replaces the machine's resolver, so that no query leaves it.
  const lookup = (_: string, __: unknown, callback: (error: null, addresses: object[]) => void): void =>
    callback(null, [{ address: '127.0.0.1', family: 4 }])
  const agent = createHttpAgent({ connect: { lookup: lookup as never } }, environment)
  cleanups.push(() => agent.destroy())
  const request = { method: 'GET', origin, path: '/', headers: {}, timeoutMs: 10_000 } as const
  return (await exchange(agent, request)).body.toString()
}

describe('a proxy from the environment', () => {
  it.each(['HTTP_PROXY', 'http_proxy'])('is used when %s names it', async (name) => {
    const [proxy, port] = [await startProxy(), await startTarget()]
    expect(await get(`http://rpc.company.invalid:${port}`, { [name]: proxy.url })).toBe('reached')
    expect(proxy.tunnels).toEqual([`rpc.company.invalid:${port}`])
  })

  it('may be given without a scheme', async () => {
    const [proxy, port] = [await startProxy(), await startTarget()]
    const environment = { HTTP_PROXY: proxy.url.replace('http://', '') }
    expect(await get(`http://rpc.company.invalid:${port}`, environment)).toBe('reached')
    expect(proxy.tunnels).toHaveLength(1)
  })

  it('serves https through HTTPS_PROXY, which http does not use', async () => {
    const [proxy, port] = [await startProxy(), await startTarget()]
    const environment = { HTTPS_PROXY: proxy.url }
    expect(await get(`http://rpc.company.invalid:${port}`, environment)).toBe('reached')
    expect(proxy.tunnels).toEqual([])
    // There is no certificate; a request for the tunnel is enough.
    await expect(get(`https://rpc.company.invalid:${port}`, environment)).rejects.toThrow()
    expect(proxy.tunnels).toEqual([`rpc.company.invalid:${port}`])
  })

  it.each([{ NO_PROXY: 'company.invalid' }, { no_proxy: '.company.invalid, other' }, { NO_PROXY: '*' }])(
    'is not used for hosts that %o exempts',
    async (except) => {
      const [proxy, port] = [await startProxy(), await startTarget()]
      const environment = { HTTP_PROXY: proxy.url, ...except }
      expect(await get(`http://rpc.company.invalid:${port}`, environment)).toBe('reached')
      expect(proxy.tunnels).toEqual([])
    },
  )

  it('is never used for this machine', async () => {
    const [proxy, port] = [await startProxy(), await startTarget()]
    for (const host of ['127.0.0.1', 'localhost']) {
      await get(`http://${host}:${port}`, { HTTP_PROXY: proxy.url })
    }
    expect(proxy.tunnels).toEqual([])
    expect(
      ['http://[::1]:1', 'http://127.8.9.1', 'http://10.0.0.1', 'http://localhost.example'].map(staysHere),
    ).toEqual([true, true, false, false])
  })

  it('lets an RPC pool reach an endpoint that only the proxy can resolve', async () => {
    const [proxy, node] = [await startProxy(), await startScriptedNode()]
    cleanups.push(node.stop)
    node.answer = ({ method }) => (method === 'eth_blockNumber' ? { result: '0x7' } : undefined)
    vi.stubEnv('HTTP_PROXY', proxy.url)
    vi.stubEnv('NO_PROXY', '')
    const url = node.url.replace('127.0.0.1', 'rpc.company.invalid')
    const rpc = createRpcPool({ ...usualRpc, urls: [`${url}/v2/S3cretKey`], chainId: 14800 })
    cleanups.push(rpc.close)
    expect(await rpc.request('eth_blockNumber')).toBe('0x7')
    expect(proxy.tunnels.length).toBeGreaterThan(0)
    expect(JSON.stringify(rpc.endpoints())).not.toContain('S3cret')
  })

  it('does not leak a key or a password when it refuses', async () => {
    const proxy = await startProxy()
    vi.stubEnv('HTTP_PROXY', proxy.url.replace('://', '://user:pa55word@'))
    vi.stubEnv('NO_PROXY', '')
    const rpc = createRpcPool({
      ...usualRpc,
      urls: ['http://unknown.invalid/v2/S3cretKey'],
      chainId: 14800,
      patienceMs: 0,
    })
    cleanups.push(rpc.close)
    const error = (await rpc.request('eth_blockNumber').catch((caught: unknown) => caught)) as Error
    expect(error).toMatchObject({ code: 'CHAIN_UNREACHABLE' })
    expect(error.message).toContain('a proxy is set by HTTP_PROXY')
    expect(error.message).not.toMatch(/S3cret|pa55word/)
  })

  it.each(['ftp://proxy', 'http://:99999', 'socks5://x:1'])('is rejected by name for %s', (url) => {
    expect(() => createHttpAgent({}, { HTTPS_PROXY: url })).toThrowError(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining('HTTPS_PROXY') }),
    )
  })
})

describe('the exemption of this machine', () => {
  it('is added for programs that read the environment themselves, and only if there is a proxy', () => {
    const environment: Record<string, string | undefined> = {
      https_proxy: 'http://p:1',
      NO_PROXY: 'a.example, ::1',
    }
    exemptLoopback(environment)
    expect(environment.NO_PROXY).toBe('a.example,::1,localhost,127.0.0.1,[::1]')
    expect(environment.no_proxy).toBeUndefined()
    exemptLoopback(environment)
    expect(environment.NO_PROXY).toBe('a.example,::1,localhost,127.0.0.1,[::1]')
    const without = {}
    exemptLoopback(without)
    expect(without).toEqual({})
  })
})
