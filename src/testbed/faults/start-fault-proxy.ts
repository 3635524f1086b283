import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleepFor } from 'node:timers/promises'
import { Agent } from 'undici'
import { type Fault, parseFault, shareFaults } from '../../config/fault.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { createRandom } from '../../random/random.ts'
import { driveReorgs } from './drive-reorgs.ts'
import { driveRestarts } from './drive-restarts.ts'
import { type Answer, type Asked, CutOff } from './exchange.ts'
import { createRpcFaults } from './rpc-faults.ts'

/** Settings of {@link startFaultProxy}; plain data, so that they can go to another process. */
export type FaultProxySettings = {
  /** TCP port on 127.0.0.1; 0 for a free one. */
  port: number
  /** URL of the part behind it. Requests keep their paths. */
  upstream: string
  /** As `--fault` has them, all of one place. */
  faults: readonly string[]
  /** Whether every request passes until `startFaults` is called. @default false */
  held?: boolean | undefined
  /** Determines which requests are hit, in the order of their arrival. */
  seed: string
}

/** A running fault proxy. */
export type FaultProxy = {
  /** The upstream's URL with another host and port. */
  url: string
  /** Requests so far, and hits by fault. */
  stats(): { requests: number; hits: Record<string, number> }
  /** Starts the faults if they are held. */
  startFaults(): void
  stop(): Promise<void>
}

/**
 * Starts an HTTP proxy on 127.0.0.1 that injects faults and passes all other requests on unchanged.
 *
 * In front of a chain's RPC endpoint it reads JSON-RPC, so that faults can hit only the sending of transactions.
 *
 * @throws LoadTestError CONFIG_INVALID for an unknown fault; PORT_IN_USE
 * @example
 * const proxy = await startFaultProxy({ port: 0, upstream: anvil.rpcUrl, faults: ['rpc:send-error=10%'], seed: '1' })
 * await proxy.stop()
 */
export async function startFaultProxy(settings: FaultProxySettings): Promise<FaultProxy> {
  const { port, upstream, seed } = settings
  const { origin, pathname } = new URL(upstream)
  const faults = settings.faults.map(readFault)
  const random = createRandom(seed, 'faults', faults[0]?.place ?? '')
  const hits: Record<string, number> = {}
  const hit = (kind: string): void => {
    hits[kind] = (hits[kind] ?? 0) + 1
  }
  const agent = new Agent({ connections: 256, pipelining: 1 })
  const stopped = new AbortController()
  let requests = 0
  let isHeld = true

  async function forward({ method, path, headers, body }: Asked): Promise<Answer> {
    const {
      statusCode: status,
      headers: answered,
      body: content,
    } = await agent.request({
      origin,
      path,
      method: method as 'GET',
      headers: withoutHops(headers),
      body: body.length > 0 ? body : null,
    })
    return { status, headers: withoutHops(answered), body: Buffer.from(await content.arrayBuffer()) }
  }

  const rpcFaults = createRpcFaults({ faults, random, hit, forward })
  const pass = faults.some(({ place }) => place === 'rpc') ? rpcFaults : forward

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    requests += 1
    const { method = 'GET', url: path = '/', headers } = request
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const asked = { method, path, headers, body: Buffer.concat(chunks) }
    if (isHeld) return send(response, await forward(asked))
    // Every fault draws for every request, so that adding one does not change the hits of the others.
    const drawn = new Set<keyof typeof shareFaults>()
    let delayMs = 0
    for (const fault of faults) {
      const draw = random()
      if (fault.kind === 'latency') delayMs += fault.durationMs
      else if (fault.kind === 'jitter') delayMs += draw * fault.durationMs
      else if (isShareFault(fault) && draw < fault.share) drawn.add(fault.kind)
    }
    const cutsBefore = random() < 0.5
    for (const kind of drawn) hit(kind)
    if (delayMs > 0) await sleepFor(delayMs, undefined, { signal: stopped.signal })
    if (drawn.has('hang')) return
    if (drawn.has('reset') && cutsBefore) throw new CutOff()
    if (drawn.has('429')) return send(response, refusal(429, { 'retry-after': '1' }))
    const status = serverErrors.find((name) => drawn.has(name))
    if (status !== undefined) return send(response, refusal(Number(status), {}))
    const answer = await pass(asked)
    if (drawn.has('reset')) throw new CutOff()
    if (drawn.has('slow-body')) await drip(response, answer, stopped.signal)
    else send(response, answer)
  }

  const server = createServer((request, response) => {
    // A failure of the upstream breaks the connection, as it would without a proxy.
    serve(request, response).catch(() => request.socket.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new LoadTestError('PORT_IN_USE', `Port ${port} of 127.0.0.1 is taken.`, { cause })),
    )
    server.listen(port, '127.0.0.1', resolve)
  })
  const drives: (() => void)[] = []
  const startFaults = (): void => {
    if (!isHeld || stopped.signal.aborted) return
    isHeld = false
    for (const fault of faults) {
      if (fault.kind === 'reorg') drives.push(driveReorgs(upstream, fault, hit))
      if (fault.kind === 'restart') drives.push(driveRestarts(server, fault, hit))
    }
  }
  if (!settings.held) startFaults()
  const bound = (server.address() as AddressInfo).port
  return {
    url: `http://127.0.0.1:${bound}${pathname === '/' ? '' : pathname}`,
    stats: () => ({ requests, hits: { ...hits } }),
    startFaults,
    async stop() {
      stopped.abort()
      for (const stopDrive of drives) stopDrive()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await Promise.all([closed, agent.destroy()])
    },
  }
}

function readFault(text: string): Fault {
  const fault = parseFault(text)
  if (fault !== undefined) return fault
  throw new LoadTestError('CONFIG_INVALID', `There is no fault '${text}'.`)
}

const serverErrors = ['500', '502', '503', '504'] as const

function isShareFault(fault: Fault): fault is Fault & { kind: keyof typeof shareFaults; share: number } {
  return Object.hasOwn(shareFaults, fault.kind)
}

/** Headers of one connection, and the length, which the proxy computes again. */
const hops = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'upgrade', 'expect'])

function withoutHops<Value>(headers: Record<string, Value>): Record<string, Value> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hops.has(name)))
}

function refusal(status: number, headers: Record<string, string>): Answer {
  const body = Buffer.from(JSON.stringify({ error: `injected fault: ${status}` }))
  return { status, headers: { 'content-type': 'application/json', ...headers }, body }
}

function writeHead(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers, 'content-length': body.length })
}

function send(response: ServerResponse, answer: Answer): void {
  writeHead(response, answer)
  response.end(answer.body)
}

/** Sends a body in ten pieces, half a second apart. */
async function drip(response: ServerResponse, answer: Answer, signal: AbortSignal): Promise<void> {
  writeHead(response, answer)
  const size = Math.max(1, Math.ceil(answer.body.length / 10))
  for (let at = 0; at < answer.body.length; at += size) {
    response.write(answer.body.subarray(at, at + size))
    await sleepFor(500, undefined, { signal })
  }
  response.end()
}
