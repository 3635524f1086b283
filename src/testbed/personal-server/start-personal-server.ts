import { setMaxListeners } from 'node:events'
import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { Dispatcher } from 'undici'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { createHttpAgent } from '../../http/outbound.ts'
import { createAnswers } from './answers.ts'
import type { ServerContext } from './context.ts'
import { contractsOf } from './contract-addresses.ts'
import { createContractReads } from './contract-reads.ts'
import { createHttp } from './create-http.ts'
import { describeRoutes } from './documentation.ts'
import { createEthCall } from './eth-call.ts'
import { createEvidenceModel } from './evidence-model.ts'
import { driveStandIns } from './google-drive.ts'
import { createHttpGet, httpTimeoutMs } from './http-get.ts'
import { createIdentityDerivation } from './identity.ts'
import { createReadIpfs } from './ipfs.ts'
import { createJsonAnswers } from './json-answers.ts'
import type { PersonalServerOptions, Sleep } from './options.ts'
import { profileOf } from './profile.ts'
import { createRateLimiter } from './rate-limit.ts'
import { createRoutes } from './routes.ts'
import { createSerialQueue } from './serial-queue.ts'
import { createStats, type ServerStats, type StatsRecorder } from './stats.ts'

const defaultMaxBodyBytes = 16_777_216

/** A running personal server. */
export type PersonalServer = {
  /** Ends in `/api/v1`, without a slash: the Vana SDK's `defaultPersonalServerUrl`. */
  url: string
  port: number
  /** Drops every connection and aborts the requests in flight. May be called more than once. */
  stop(): Promise<void>
  stats(): ServerStats
}

/**
 * Starts the embedded personal server. It has the API of Vana's hosted one, with real identity derivation, signature,
 * chain, grant, download and decryption steps. Only the language model is replaced, by one whose answer proves what it
 * read.
 *
 * @throws {LoadTestError} CONFIG_INVALID for an invalid mnemonic, PORT_IN_USE, ABORTED
 * @example
 * const server = await startPersonalServer({ rpcUrl: 'http://127.0.0.1:8545', chainId: 14800, mnemonic })
 * await fetch(`${server.url}/identity?address=0xf39F...`)
 * await server.stop()
 */
export async function startPersonalServer(options: PersonalServerOptions): Promise<PersonalServer> {
  const { host = '127.0.0.1', port = 0, signal } = options
  if (signal?.aborted) throw new LoadTestError('ABORTED', 'The personal server was not started.')
  const stopping = new AbortController()
  // Every request in flight listens to it.
  setMaxListeners(0, stopping.signal)
  const dispatcher = createHttpAgent({ connect: { timeout: httpTimeoutMs } })
  const stats = createStats(() => performance.now())
  const context = createContext(options, dispatcher, stopping.signal)
  const http = createServer(options, context, stats)

  let stopped: Promise<unknown> | undefined
  const stop = async (): Promise<void> => {
    signal?.removeEventListener('abort', stop)
    // First, so that no request in flight is answered.
    http.server.closeAllConnections()
    stopping.abort(new LoadTestError('ABORTED', 'The personal server was stopped.'))
    stopped ??= Promise.all([http.close(), dispatcher.destroy()])
    await stopped
  }

  try {
    await http.listen({ port, host })
  } catch (cause) {
    await stop()
    throw listenError(cause, host, port)
  }
  signal?.addEventListener('abort', stop, { once: true })
  const address = http.server.address()
  const boundPort = typeof address === 'object' && address !== null ? address.port : port
  const authority = host.includes(':') ? `[${host}]` : host
  return { url: `http://${authority}:${boundPort}/api/v1`, port: boundPort, stop, stats: stats.read }
}

function createServer(
  options: PersonalServerOptions,
  context: ServerContext,
  stats: StatsRecorder,
): FastifyInstance {
  const { chainId, concurrency = 'serial', rateLimits = 'off', metricsRoute, logger } = options
  const routes = createRoutes({
    context,
    chainId,
    limitRate: rateLimits === 'off' ? () => {} : createRateLimiter(rateLimits, context.now),
  })
  const http = createHttp({
    routes: [...routes, ...describeRoutes(routes)],
    answer: createAnswers({
      stats,
      queue: concurrency === 'serial' ? createSerialQueue() : undefined,
      logger,
    }),
    maxBodyBytes: options.maxBodyBytes ?? defaultMaxBodyBytes,
  })
  if (metricsRoute !== undefined) http.get(metricsRoute, async () => stats.read())
  return http
}

function createContext(
  options: PersonalServerOptions,
  dispatcher: Dispatcher,
  signal: AbortSignal,
): ServerContext {
  const { rpcUrl, driveUrl, clock: now = Date.now, sleep = realSleep } = options
  const profile = profileOf(options.profile ?? 'main-2025-09-05')
  const contracts = options.contracts ?? contractsOf(options.chainId, profile)
  const standIns = driveUrl === undefined ? undefined : driveStandIns(driveUrl)
  const httpGet = createHttpGet({ dispatcher, signal, standIns })
  const ethCall = createEthCall({ rpcUrl, dispatcher, sleep, signal })
  return {
    profile,
    identityOf: createIdentityDerivation(options.mnemonic),
    chain: contracts === undefined ? undefined : createContractReads(ethCall, contracts, signal),
    httpGet,
    readIpfs: createReadIpfs({ gateways: options.ipfsGateways ?? [], httpGet, sleep, signal }),
    provider: options.provider ?? createEvidenceModel(options.model ?? {}, now),
    jsonAnswers: createJsonAnswers(profile),
    now,
    signal,
  }
}

const realSleep: Sleep = async (delayMs, signal) => {
  await delay(delayMs, undefined, { signal })
}

function listenError(cause: unknown, host: string, port: number): unknown {
  const inUse = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE'
  return inUse ? new LoadTestError('PORT_IN_USE', `Port ${port} on ${host} is taken.`, { cause }) : cause
}
