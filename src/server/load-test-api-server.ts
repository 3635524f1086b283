import { type FastifyInstance, fastify } from 'fastify'
import type { Logger } from 'pino'
import type { Address, Hex } from 'viem'
import { type Clock, systemClock } from '../async/clock.ts'
import { type BlockFeed, createBlockFeed } from '../chain/blocks/block-feed.ts'
import { Lane } from '../chain/lanes/lane.ts'
import { findPoorLanes, poorLanesHint, poorLaneWords } from '../chain/lanes/poor-lanes.ts'
import { messageHasher, permissionsDomain } from '../chain/permissions/server-files-and-permission-hash.ts'
import type { RpcPool } from '../chain/rpc/rpc.ts'
import { createRpcPool } from '../chain/rpc/rpc-pool.ts'
import { createFees, type FeePolicy } from '../chain/transactions/fees.ts'
import { toNativeAccount } from '../crypto/native-account.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { isLoopback } from '../http/host-name.ts'
import { requireLoopbackName } from './allowed-host.ts'
import { answerBadPath, answerErrors } from './answer-errors.ts'
import { requireBearerToken } from './bearer-token.ts'
import { createAppChooser, type MoreGrantee } from './choose-app.ts'
import { addDocsRoutes } from './docs-routes.ts'
import { createGasBudget } from './gas-budget.ts'
import { createPersonalServer, type PersonalServer } from './personal-server.ts'
import { createRateLimiter, type RateLimit } from './rate-limiter.ts'
import { createRelay, type Relay } from './relay.ts'
import { createRelayBooks, type RelayBooks } from './relay-books.ts'
import { createRelayGas } from './relay-gas.ts'
import { createRelayOutcomes } from './relay-outcome.ts'
import { addRelayRoutes } from './relay-routes.ts'
import { addressKey } from './remote-address.ts'
import { createRevertBudget } from './revert-budget.ts'
import { createRequestCounter, readServerStats, type ServerStats } from './server-stats.ts'
import { addStatusRoutes } from './status-routes.ts'
import { addTrustedServerRoutes } from './trusted-server-routes.ts'

// What other rooms build on: new LoadTestApiServer(options), .start() -> { url }, .stats(), .stop(), .inject for tests.

/** Limits of the API server, each against something that a client could otherwise exhaust. */
export type ApiServerLimits = {
  /** Bytes of a request's body. @default 65_536 */
  bodyBytes?: number
  /** Requests to the relay from one remote address. @default 500/s, burst 1000 */
  perAddress?: RateLimit
  /** Requests of all kinds from one remote address. @default 2000/s, burst 10_000 */
  requestsPerAddress?: RateLimit
  /** Requests to the relay by one user from one address. @default 2/s, burst 10 */
  perUser?: RateLimit
  /** Requests for inference under one permission from one address. @default 2/s, burst 10 */
  perPermission?: RateLimit
  /** Gas of one relayed transaction. @default 8_000_000, some nine files */
  maxGas?: bigint
  /** Gas that is paid for one user in an hour, spent in vain or not. @default 50_000_000 */
  gasPerUserAndHour?: bigint
  /** Gas that reverted transactions of one user may use in an hour, before the user is refused. @default 1_000_000 */
  revertedGasPerUserAndHour?: bigint
  /** Connections at once; more are closed as they come. @default 4096 */
  maxConnections?: number
  /** Relay requests worked on at once. @default 512 */
  maxConcurrentRelays?: number
  /** Pending transactions of each relayer key. @default 64 */
  maxPendingPerLane?: number
  /** Milliseconds for one request to the personal server. @default 120_000 */
  personalServerMs?: number
}

/** Settings of {@link LoadTestApiServer}. */
export type ApiServerOptions = {
  /** Address to listen on; any but a loopback address needs a token. @default '127.0.0.1' */
  host?: string
  /** @default 0, a free one */
  port?: number
  /** Bearer token that clients must send. Secret. */
  token?: string | undefined
  rpcUrls: readonly string[]
  chainId: number
  contracts: { permissions: Address }
  /** Ends in `/api/v1`. */
  personalServerUrl: string
  /** One key for each lane; none turns the relay off. Secret. */
  relayerPrivateKeys: readonly Hex[]
  /** The app that users grant access to. Secret. */
  granteePrivateKey: Hex
  /** Relays only permissions for this grantee. @default any */
  granteeId?: bigint | undefined
  /** More apps that users may grant access to; relayed for as well where `granteeId` limits that. @default none */
  moreGrantees?: readonly MoreGrantee[]
  /**
   * Refuses relay requests without `expectedUserAddress`. The check protects from mistakes (another chain's domain,
   * altered fields: the contract would then act for a stranger), not from attackers, who can make keys at will; and
   * the SDK's own requests do not have it. @default false
   */
  requireExpectedUser?: boolean
  fees?: FeePolicy
  /** The most that all relayer keys together may spend, in wei, while this server is up. @default no limit */
  maxSpendWei?: bigint | undefined
  /** Added to the estimated gas of a relayed transaction, as a share of it. @default 0.1 */
  gasMargin?: number
  limits?: ApiServerLimits
  /** Time between looks at the chain while transactions are pending, milliseconds. @default 1000 */
  blockPollIntervalMs?: number
  /** JSON-RPC calls per second to each endpoint at most. @default no limit */
  rpcRatePerSecond?: number | undefined
  /**
   * How long reads of the chain are repeated while no endpoint answers, milliseconds: shorter than clients wait for their
   * answers. @default 10_000
   */
  rpcPatienceMs?: number
  /** How long `stop` waits for requests and pending transactions, milliseconds. @default 10_000 */
  drainMs?: number
  logger?: Logger | undefined
  clock?: Clock
}

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
  readonly #rpc: RpcPool
  readonly #feed: BlockFeed
  readonly #lanes: readonly Lane[]
  readonly #relay: Relay
  readonly #books: RelayBooks
  readonly #personalServer: PersonalServer
  readonly #requests = createRequestCounter()
  readonly #http: FastifyInstance
  #stopping: Promise<void> | undefined

  /** @throws LoadTestError `CONFIG_INVALID` for an address other than loopback without a token, or bad URLs. */
  constructor(options: ApiServerOptions) {
    const { host = '127.0.0.1', token, rpcUrls, chainId, limits = {}, clock = systemClock, logger } = options
    if (!isLoopback(host) && !token) {
      throw new LoadTestError(
        'CONFIG_INVALID',
        `Listening on ${host} needs a bearer token: this server spends coin.`,
      )
    }
    this.#options = options
    this.#clock = clock
    this.#startedAtMs = clock.now()
    const { rpcRatePerSecond: ratePerSecond } = options
    const rpc = createRpcPool({
      ...{ urls: rpcUrls, chainId, clock },
      patienceMs: options.rpcPatienceMs ?? 10_000,
      ...(ratePerSecond === undefined ? {} : { ratePerSecond }),
    })
    const feed = createBlockFeed({ rpc, pollIntervalMs: options.blockPollIntervalMs ?? 1000, clock })
    const fees = createFees({ rpc, feed, ...options.fees, clock })
    this.#rpc = rpc
    this.#feed = feed
    const books = createRelayBooks({
      ...{ rpc, feed, capWei: options.maxSpendWei },
      onReceipt: (receipt) => this.#relay.settle(receipt),
    })
    this.#books = books
    this.#lanes = options.relayerPrivateKeys.map((key) => {
      const account = toNativeAccount(key)
      return new Lane({
        rpc,
        feed,
        fees,
        account,
        books: books.of(account.address),
        maxPending: limits.maxPendingPerLane ?? 64,
        onRepair: (note) => logger?.warn({ ...note, lane: account.address }, 'lane repaired'),
        clock,
      })
    })
    const { permissions } = options.contracts
    const { gasMargin = 0.1 } = options
    this.#relay = createRelay({
      lanes: this.#lanes,
      permissions,
      gasOf: createRelayGas({ rpc, permissions, gasMargin, maxGas: limits.maxGas ?? 8_000_000n }),
      async requireRoom(gas) {
        const { maxFeePerGas } = await fees.current()
        books.requireRoom(gas * maxFeePerGas)
      },
      budget: createGasBudget(limits.gasPerUserAndHour ?? 50_000_000n, clock),
      revertBudget: createRevertBudget(limits.revertedGasPerUserAndHour ?? 1_000_000n, clock),
      maxConcurrent: limits.maxConcurrentRelays ?? 512,
      clock,
    })
    this.#personalServer = createPersonalServer(options.personalServerUrl, limits.personalServerMs ?? 120_000)
    this.#http = this.#createHttp(token)
  }

  /**
   * Checks the chain, and listens.
   *
   * @throws LoadTestError `PORT_IN_USE`; `CHAIN_WRONG_ID`, `CHAIN_UNREACHABLE` or another `CHAIN_*` code.
   */
  async start(): Promise<{ url: string }> {
    const { host = '127.0.0.1', port = 0 } = this.#options
    // Before anything is paid: every endpoint has to be of this chain, and one of them up.
    for (const problem of await this.#rpc.check())
      this.#options.logger?.warn({ code: problem.code }, problem.message)
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
    return readServerStats({
      startedAtMs: this.#startedAtMs,
      nowMs: this.#clock.now(),
      requests: this.#requests,
      relaysInFlight: this.#relay.inFlight,
      rpc: this.#rpc,
      feed: this.#feed,
      lanes: this.#lanes,
      spending: this.#books.read(),
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
    const lanes = this.#lanes.map(({ address }) => address)
    try {
      for (const lane of await findPoorLanes({ rpc: this.#rpc, feed: this.#feed }, lanes)) {
        this.#options.logger?.warn(
          { lane: lane.address, missingWei: `${lane.missingWei}`, hint: poorLanesHint },
          poorLaneWords(lane),
        )
      }
    } catch (error) {
      this.#options.logger?.warn({ err: error }, 'the balances of the lanes could not be read')
    }
  }

  #createHttp(token: string | undefined): FastifyInstance {
    const { limits = {}, chainId, contracts, logger, granteeId, moreGrantees = [] } = this.#options
    const http = fastify({
      logger: false,
      bodyLimit: limits.bodyBytes ?? 65_536,
      // Of headers and body together: a client that sends slowly must not hold a connection for ever.
      requestTimeout: 30_000,
      http: { maxHeaderSize: 16_384, headersTimeout: 15_000, connectionsCheckingInterval: 5_000 },
      forceCloseConnections: 'idle',
      exposeHeadRoutes: false,
      frameworkErrors: answerBadPath,
    })
    http.server.maxConnections = limits.maxConnections ?? 4096
    answerErrors(http, logger)
    http.addHook('onRequest', async () => this.#requests.began())
    http.addHook('onResponse', async (request, reply) => {
      const route = `${request.method} ${request.routeOptions.url ?? '(none)'}`
      this.#requests.ended(route, reply.statusCode, request.answeredError)
      logger?.info(
        {
          route,
          status: reply.statusCode,
          ms: Math.round(reply.elapsedTime),
          remote: request.ip,
          error: request.answeredError,
        },
        'request',
      )
    })
    http.addHook('onSend', async (_, reply) => {
      // Whoever is being answered while the server stops must not keep its connection open afterwards.
      if (this.#stopping !== undefined) reply.header('connection', 'close')
    })
    const limitRequests = createRateLimiter(
      limits.requestsPerAddress ?? { ratePerSecond: 2000, burst: 10_000 },
      this.#clock,
    )
    http.addHook('onRequest', async ({ ip }) => limitRequests(addressKey(ip)))
    if (token) requireBearerToken(http, token)
    else requireLoopbackName(http)
    const domain = permissionsDomain(chainId, contracts.permissions)
    addRelayRoutes(http, {
      relay: this.#relay,
      outcomeOf: createRelayOutcomes(this.#rpc),
      rules: {
        domain,
        hash: messageHasher(domain),
        granteeIds: granteeId === undefined ? undefined : [granteeId, ...moreGrantees.map(({ id }) => id)],
        requireExpectedUser: this.#options.requireExpectedUser ?? false,
      },
      limitUser: createRateLimiter(limits.perUser ?? { ratePerSecond: 2, burst: 10 }, this.#clock),
      limitAddress: createRateLimiter(limits.perAddress ?? { ratePerSecond: 500, burst: 1000 }, this.#clock),
    })
    addTrustedServerRoutes(http, {
      personalServer: this.#personalServer,
      appOf: createAppChooser({
        rpc: this.#rpc,
        permissions: contracts.permissions,
        granteePrivateKey: this.#options.granteePrivateKey,
        moreGrantees,
      }),
      chainId,
      limitPermission: createRateLimiter(
        limits.perPermission ?? { ratePerSecond: 2, burst: 10 },
        this.#clock,
      ),
    })
    addStatusRoutes(http, {
      rpc: this.#rpc,
      feed: this.#feed,
      lanes: this.#lanes,
      personalServer: this.#personalServer,
      stats: () => this.stats(),
      clock: this.#clock,
    })
    addDocsRoutes(http)
    return http
  }

  async #stop(): Promise<void> {
    const timeout = new AbortController()
    const timer = setTimeout(() => {
      timeout.abort()
      // Whoever still waits for the personal server is told so; who never finished its request is cut off.
      void this.#personalServer.close()
      this.#http.server.closeAllConnections()
    }, this.#options.drainMs ?? 10_000)
    await this.#http.close()
    await Promise.allSettled(this.#lanes.map((lane) => lane.drain(timeout.signal)))
    clearTimeout(timer)
    for (const lane of this.#lanes) lane.close()
    this.#books.close()
    this.#feed.close()
    await Promise.all([this.#personalServer.close(), this.#rpc.close()])
  }
}
