import type { Logger } from 'pino'
import type { Address, Hex } from 'viem'
import type { Clock } from '../async/clock.ts'
import type { FeePolicy } from '../chain/transactions/fees.ts'
import type { MoreGrantee } from './choose-app.ts'
import type { RateLimit } from './rate-limiter.ts'

/** Limits of the API server, each against something that a client could otherwise exhaust. */
export type ApiServerLimits = {
  /** Bytes of a request's body. @default 65_536 */
  bodyBytes?: number | undefined
  /** Requests to the relay from one remote address. @default 500/s, burst 1000 */
  perAddress?: RateLimit | undefined
  /** Requests of all kinds from one remote address. @default 2000/s, burst 10_000 */
  requestsPerAddress?: RateLimit | undefined
  /** Requests to the relay by one user from one address. @default 2/s, burst 10 */
  perUser?: RateLimit | undefined
  /** Requests for inference under one permission from one address. @default 2/s, burst 10 */
  perPermission?: RateLimit | undefined
  /** Gas of one relayed transaction. @default 8_000_000, some nine files */
  maxGas?: bigint | undefined
  /** Gas that is paid for one user in an hour, spent in vain or not. @default 50_000_000 */
  gasPerUserAndHour?: bigint | undefined
  /** Gas that reverted transactions of one user may use in an hour, before the user is refused. @default 1_000_000 */
  revertedGasPerUserAndHour?: bigint | undefined
  /** Connections at once; more are closed as they come. @default 4096 */
  maxConnections?: number | undefined
  /** Relay requests processed at once. @default 512 */
  maxConcurrentRelays?: number | undefined
  /** Pending transactions of each relayer key. @default 64 */
  maxPendingPerLane?: number | undefined
  /** Milliseconds for one request to the personal server. @default 120_000 */
  personalServerMs?: number | undefined
}

/** Settings of {@link LoadTestApiServer}. */
export type ApiServerOptions = {
  /** Address to listen on; any but a loopback address needs a token. @default '127.0.0.1' */
  host?: string | undefined
  /** @default 0, a free one */
  port?: number | undefined
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
  moreGrantees?: readonly MoreGrantee[] | undefined
  /**
   * Refuses relay requests without `expectedUserAddress`. The check protects from mistakes (another chain's domain,
   * altered fields: the contract would then act for a stranger), not from attackers, who can make keys at will; and
   * the SDK's own requests do not have it. @default false
   */
  requireExpectedUser?: boolean | undefined
  /** Default of the multiplier: that of `chain.feeMultiplier`, 2. */
  fees?: Partial<FeePolicy> | undefined
  /** The most that all relayer keys together may spend, in wei, while this server is up. @default no limit */
  maxSpendWei?: bigint | undefined
  /** Added to the estimated gas of a relayed transaction, as a share of it. @default 0.1 */
  gasMargin?: number | undefined
  limits?: ApiServerLimits | undefined
  /** Time between looks at the chain while transactions are pending, milliseconds. @default 500 */
  blockPollIntervalMs?: number | undefined
  /** Timeout of one JSON-RPC request to one endpoint, milliseconds. @default 15_000 */
  rpcTimeoutMs?: number | undefined
  /** JSON-RPC calls per second to each endpoint at most. @default no limit */
  rpcRatePerSecond?: number | undefined
  /**
   * How long reads of the chain are repeated while no endpoint answers, milliseconds: shorter than clients wait for their
   * answers. @default 10_000
   */
  rpcPatienceMs?: number | undefined
  /** How long `stop` waits for requests and pending transactions, milliseconds. @default 10_000 */
  drainMs?: number | undefined
  logger?: Logger | undefined
  clock?: Clock | undefined
}

/** Limits with a value for each. */
export type CompleteLimits = ReturnType<typeof completeLimits>

/** Fills in the usual limits. */
export function completeLimits(limits: ApiServerLimits = {}) {
  return {
    bodyBytes: limits.bodyBytes ?? 65_536,
    perAddress: limits.perAddress ?? { ratePerSecond: 500, burst: 1000 },
    requestsPerAddress: limits.requestsPerAddress ?? { ratePerSecond: 2000, burst: 10_000 },
    perUser: limits.perUser ?? { ratePerSecond: 2, burst: 10 },
    perPermission: limits.perPermission ?? { ratePerSecond: 2, burst: 10 },
    maxGas: limits.maxGas ?? 8_000_000n,
    gasPerUserAndHour: limits.gasPerUserAndHour ?? 50_000_000n,
    revertedGasPerUserAndHour: limits.revertedGasPerUserAndHour ?? 1_000_000n,
    maxConnections: limits.maxConnections ?? 4096,
    maxConcurrentRelays: limits.maxConcurrentRelays ?? 512,
    maxPendingPerLane: limits.maxPendingPerLane ?? 64,
    personalServerMs: limits.personalServerMs ?? 120_000,
  }
}
