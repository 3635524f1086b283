import type { FastifyInstance } from 'fastify'
import { type Clock, systemClock } from '../async/clock.ts'
import { type BlockFeed, createBlockFeed } from '../chain/blocks/block-feed.ts'
import { findPoorLanes, poorLanesHint, poorLaneWords } from '../chain/lanes/poor-lanes.ts'
import { messageHasher, permissionsDomain } from '../chain/permissions/server-files-and-permission-hash.ts'
import type { RpcPool } from '../chain/rpc/rpc.ts'
import { createRpcPool } from '../chain/rpc/rpc-pool.ts'
import { defaultsOf } from '../config/defaults-of.ts'
import { chainParameters } from '../config/parameters/chain.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { isLoopback } from '../http/host-name.ts'
import { type ApiServerOptions, type CompleteLimits, completeLimits } from './api-server-options.ts'
import { createAppChooser } from './choose-app.ts'
import { createHttp } from './create-http.ts'
import { addDocsRoutes } from './docs-routes.ts'
import { type OpenRelay, openRelay } from './open-relay.ts'
import { createPersonalServer, type PersonalServer } from './personal-server.ts'
import { createRateLimiter } from './rate-limiter.ts'
import { createRelayOutcomes } from './relay-outcome.ts'
import type { RelayRules } from './relay-request.ts'
import { addRelayRoutes } from './relay-routes.ts'
import { createRequestCounter, readServerStats, type ServerStats } from './server-stats.ts'
import { addStatusRoutes } from './status-routes.ts'
import { addTrustedServerRoutes } from './trusted-server-routes.ts'

// What other rooms build on: new LoadTestApiServer(options), .start() -> { url }, .stats(), .stop(), .inject for tests.

const usual = defaultsOf(chainParameters)
/** Shorter than clients wait for their answers. */
const usualPatienceMs = 10_000
const usualDrainMs = 10_000

/**
 * The API server: relays users' signed requests at its own cost, and asks the personal server for inference as the
 * app that users have granted access to.
 *
 * It answers only what the chain and the personal server say: there is nothing made up to fall back to.
 *
 * @example
 * const server = new LoadTestApiServer({ rpcUrls, chainId: 14800, contracts, personalServerUrl,
 *   relayerPrivateKeys, granteePrivateKey })
 * const { url } = await server.start()
 * await server.stop()
 */
export class LoadTestApiServer {
  readonly #options: ApiServerOptions
  readonly #clock: Clock
  readonly #startedAtMs: number
  readonly #limits: CompleteLimits
  readonly #feeMultiplier: number
  readonly #rpc: RpcPool
  readonly #feed: BlockFeed
  readonly #relaying: OpenRelay
  readonly #personalServer: PersonalServer
  readonly #requests = createRequestCounter()
  readonly #http: FastifyInstance
  #stopping: Promise<void> | undefined

  /** @throws LoadTestError `CONFIG_INVALID` for an address other than loopback without a token, or bad URLs. */
  constructor(options: ApiServerOptions) {
    const { host = '127.0.0.1', token, rpcUrls: urls, chainId, clock = systemClock, logger } = options
    if (!isLoopback(host) && !token) {
      throw new LoadTestError(
        'CONFIG_INVALID',
        `Listening on ${host} needs a bearer token: this server spends funds.`,
      )
    }
    this.#options = options
    this.#clock = clock
    this.#startedAtMs = clock.now()
    this.#limits = completeLimits(options.limits)
    this.#feeMultiplier = options.fees?.baseFeeMultiplier ?? usual.feeMultiplier
    const limits = this.#limits
    this.#rpc = createRpcPool({
      urls,
      chainId,
      timeoutMs: options.rpcTimeoutMs ?? usual.rpcTimeoutMs,
      patienceMs: options.rpcPatienceMs ?? usualPatienceMs,
      ratePerSecond: options.rpcRatePerSecond,
      clock,
    })
    const rpc = this.#rpc
    this.#feed = createBlockFeed({
      rpc,
      pollIntervalMs: options.blockPollIntervalMs ?? usual.pollIntervalMs,
      clock,
    })
    this.#relaying = openRelay({
      ...options,
      rpc,
      feed: this.#feed,
      limits,
      clock,
      gasMargin: options.gasMargin ?? usual.gasLimitMargin,
      fees: { ...options.fees, baseFeeMultiplier: this.#feeMultiplier },
    })
    this.#personalServer = createPersonalServer(options.personalServerUrl, limits.personalServerMs)
    const isStopping = (): boolean => this.#stopping !== undefined
    this.#http = createHttp({ limits, token, requests: this.#requests, isStopping, logger, clock })
    this.#addRoutes()
  }

  /**
   * Checks the chain, and listens.
   *
   * @throws LoadTestError `PORT_IN_USE`; `CHAIN_WRONG_ID`, `CHAIN_UNREACHABLE` or another `CHAIN_*` code.
   */
  async start(): Promise<{ url: string }> {
    const { host = '127.0.0.1', port = 0, logger } = this.#options
    // Before anything is paid: every endpoint has to be of this chain, and one of them up.
    for (const { code, message } of await this.#rpc.check()) logger?.warn({ code }, message)
    await this.#feed.head()
    await this.#warnOfPoorLanes()
    try {
      await this.#http.listen({ host, port })
    } catch (cause) {
      if ((cause as { code?: unknown }).code !== 'EADDRINUSE') throw cause
      throw new LoadTestError('PORT_IN_USE', `Port ${port} of ${host} is taken.`, { cause })
    }
    const address = this.#http.server.address()
    const bound = typeof address === 'object' && address !== null ? address.port : port
    return { url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}` }
  }

  /** Takes nothing new, finishes what was accepted, and waits a while for pending transactions. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  /** The server's own counters, also at `GET /__metrics`. */
  stats(): ServerStats {
    const { relay, lanes, ledger } = this.#relaying
    return readServerStats({
      startedAtMs: this.#startedAtMs,
      nowMs: this.#clock.now(),
      requests: this.#requests,
      relaysInFlight: relay.inFlight,
      rpc: this.#rpc,
      feed: this.#feed,
      lanes,
      spending: ledger.read(),
    })
  }

  /** Answers a request without a socket, for tests of shapes. */
  inject(request: {
    method: 'GET' | 'POST'
    url: string
    payload?: string | object
    headers?: Record<string, string>
  }) {
    return this.#http.inject(request)
  }

  /** A lane that can't pay refuses its share of the requests; where nothing is relayed, that does no harm. */
  async #warnOfPoorLanes(): Promise<void> {
    const { logger } = this.#options
    const lanes = this.#relaying.lanes.map(({ address }) => address)
    const chain = { rpc: this.#rpc, feed: this.#feed, baseFeeMultiplier: this.#feeMultiplier }
    try {
      for (const lane of await findPoorLanes(chain, lanes)) {
        const facts = { lane: lane.address, missingWei: `${lane.missingWei}`, hint: poorLanesHint }
        logger?.warn(facts, poorLaneWords(lane))
      }
    } catch (error) {
      logger?.warn({ err: error }, 'the balances of the lanes could not be read')
    }
  }

  #addRoutes(): void {
    const { chainId, contracts, granteePrivateKey, moreGrantees = [] } = this.#options
    const { permissions } = contracts
    const limits = this.#limits
    const [http, rpc, clock, personalServer] = [this.#http, this.#rpc, this.#clock, this.#personalServer]
    addRelayRoutes(http, {
      relay: this.#relaying.relay,
      outcomeOf: createRelayOutcomes(rpc),
      rules: this.#relayRules(),
      limitUser: createRateLimiter(limits.perUser, clock),
      limitAddress: createRateLimiter(limits.perAddress, clock),
    })
    addTrustedServerRoutes(http, {
      personalServer,
      appOf: createAppChooser({ rpc, permissions, granteePrivateKey, moreGrantees }),
      chainId,
      limitPermission: createRateLimiter(limits.perPermission, clock),
    })
    addStatusRoutes(http, {
      rpc,
      feed: this.#feed,
      lanes: this.#relaying.lanes,
      personalServer,
      stats: () => this.stats(),
      clock,
    })
    addDocsRoutes(http)
  }

  #relayRules(): RelayRules {
    const { chainId, contracts, granteeId, moreGrantees = [], requireExpectedUser = false } = this.#options
    const domain = permissionsDomain(chainId, contracts.permissions)
    return {
      domain,
      hash: messageHasher(domain),
      granteeIds: granteeId === undefined ? undefined : [granteeId, ...moreGrantees.map(({ id }) => id)],
      requireExpectedUser,
    }
  }

  async #stop(): Promise<void> {
    const { lanes, ledger } = this.#relaying
    const timeout = new AbortController()
    const timer = setTimeout(() => {
      timeout.abort()
      // A request that still waits for the personal server is answered so; one that was never finished is cut off.
      void this.#personalServer.close()
      this.#http.server.closeAllConnections()
    }, this.#options.drainMs ?? usualDrainMs)
    await this.#http.close()
    await Promise.allSettled(lanes.map((lane) => lane.drain({ signal: timeout.signal })))
    clearTimeout(timer)
    for (const lane of lanes) lane.close()
    ledger.close()
    this.#feed.close()
    await Promise.all([this.#personalServer.close(), this.#rpc.close()])
  }
}
