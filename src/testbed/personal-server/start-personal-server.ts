import { once, setMaxListeners } from 'node:events'
import type { AddressInfo } from 'node:net'
import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import type { Dispatcher } from 'undici'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { createHttpAgent } from '../../http/outbound.ts'
import { createApp } from './app.ts'
import { createBodyBudget } from './body-budget.ts'
import type { ServerContext } from './context.ts'
import { contractsOf } from './contract-addresses.ts'
import { type ContractReads, createContractReads } from './contract-reads.ts'
import { createEthCall } from './eth-call.ts'
import { createEvidenceModel } from './evidence-model.ts'
import { driveStandIns } from './google-drive.ts'
import { createHttpGet, httpTimeoutMs } from './http-get.ts'
import { createHttpServer } from './http-server.ts'
import { createIdentityDerivation } from './identity.ts'
import { createReadIpfs } from './ipfs.ts'
import { createJsonAnswers } from './json-answers.ts'
import type { PersonalServerOptions, Sleep } from './options.ts'
import { profileOf } from './profile.ts'
import { createRateLimiter } from './rate-limit.ts'
import { createRoutes } from './routes.ts'
import { createSerialQueue } from './serial-queue.ts'
import { createStats, type ServerStats } from './stats.ts'

const defaultMaxBodyBytes = 16_777_216

/** A running personal server. */
export type PersonalServer = {
  /** Ends in `/api/v1`, without a slash: what the Vana SDK takes as `defaultPersonalServerUrl`. */
  url: string
  port: number
  /** Drops every connection and gives up what is being handled. May be called more than once. */
  stop(): Promise<void>
  stats(): ServerStats
}

const realSleep: Sleep = async (delayMs, signal) => {
  await delay(delayMs, undefined, { signal })
}

/**
 * Starts the embedded personal server: the API of Vana's hosted one, with real identity derivation, signature, chain,
 * grant, download and decryption steps; only the language model is replaced, by one whose answer proves what it read.
 *
 * @throws {LoadTestError} CONFIG_INVALID for a mnemonic that is none, PORT_IN_USE, ABORTED
 * @example
 * const server = await startPersonalServer({ rpcUrl: 'http://127.0.0.1:8545', chainId: 14800, mnemonic })
 * await fetch(`${server.url}/identity?address=0xf39F...`)
 * await server.stop()
 */
export async function startPersonalServer(options: PersonalServerOptions): Promise<PersonalServer> {
  const { host = '127.0.0.1', port = 0, concurrency = 'serial', rateLimits = 'off', signal } = options
  if (signal?.aborted) throw new LoadTestError('ABORTED', 'The personal server was not started.')
  const stopping = new AbortController()
  // Every request under way listens to it.
  setMaxListeners(0, stopping.signal)
  const dispatcher = createHttpAgent({ connect: { timeout: httpTimeoutMs } })
  const now = options.clock ?? Date.now
  const { context, knownChain } = createContext(options, { dispatcher, now, signal: stopping.signal })
  const stats = createStats(() => performance.now())
  const app = createApp({
    routes: createRoutes({
      context,
      chainId: options.chainId,
      knownChain,
      limitRate: rateLimits === 'off' ? () => {} : createRateLimiter(rateLimits, now),
    }),
    stats,
    queue: concurrency === 'serial' ? createSerialQueue() : undefined,
    metricsRoute: options.metricsRoute,
    logger: options.logger,
  })
  const server = createHttpServer(app, createBodyBudget(options.maxBodyBytes ?? defaultMaxBodyBytes))

  let stopped: Promise<void> | undefined
  const stop = (): Promise<void> => {
    stopped ??= (async () => {
      signal?.removeEventListener('abort', stop)
      stopping.abort(new LoadTestError('ABORTED', 'The personal server was stopped.'))
      const closed = server.listening ? once(server, 'close') : undefined
      server.close()
      server.closeAllConnections()
      await Promise.all([closed, dispatcher.destroy()])
    })()
    return stopped
  }

  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (cause) {
    await dispatcher.destroy()
    throw listenError(cause, host, port)
  }
  signal?.addEventListener('abort', stop, { once: true })
  const { port: boundPort } = server.address() as AddressInfo
  const authority = host.includes(':') ? `[${host}]` : host
  return { url: `http://${authority}:${boundPort}/api/v1`, port: boundPort, stop, stats: stats.read }
}

function createContext(
  options: PersonalServerOptions,
  parts: { dispatcher: Dispatcher; now: () => number; signal: AbortSignal },
): { context: ServerContext; knownChain: boolean } {
  const { dispatcher, now, signal } = parts
  const { rpcUrl, sleep = realSleep } = options
  const profile = profileOf(options.profile ?? 'main-2025-09-05')
  const contracts = options.contracts ?? contractsOf(options.chainId, profile)
  const standIns = options.driveUrl === undefined ? undefined : driveStandIns(options.driveUrl)
  const httpGet = createHttpGet({ dispatcher, signal, ...(standIns && { standIns }) })
  const ethCall = createEthCall({ rpcUrl, dispatcher, sleep, signal })
  const context: ServerContext = {
    profile,
    identityOf: createIdentityDerivation(options.mnemonic),
    chain: contracts === undefined ? noChain : createContractReads(ethCall, contracts, signal),
    httpGet,
    readIpfs: createReadIpfs({ gateways: options.ipfsGateways ?? [], httpGet, sleep, signal }),
    provider: options.provider ?? createEvidenceModel(options.model ?? {}, now),
    jsonAnswers: createJsonAnswers(profile),
    now,
    signal,
  }
  return { context, knownChain: contracts !== undefined }
}

/** Stands where no contracts are known; no route reads it then. */
const noChain: ContractReads = {
  permission: async () => undefined,
  granteeAddress: async () => undefined,
  fileUrl: async () => undefined,
  fileKey: async () => undefined,
}

function listenError(cause: unknown, host: string, port: number): unknown {
  const inUse = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE'
  return inUse ? new LoadTestError('PORT_IN_USE', `Port ${port} on ${host} is taken.`, { cause }) : cause
}
