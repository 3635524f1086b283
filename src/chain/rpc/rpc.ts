import type { Clock } from '../../async/clock.ts'
import type { LoadTestError } from '../../errors/load-test-error.ts'
import type { CallCounts } from './call-counter.ts'
import type { EndpointHealth, EndpointHealthOptions } from './endpoint-health.ts'
import type { EndpointCounts } from './endpoint-meter.ts'
import type { RpcOutcome } from './rpc-answer.ts'

/** Settings of {@link createRpcPool}. */
export type RpcPoolOptions = {
  /** One or several nodes of the same chain. */
  urls: readonly string[]
  /** The chain they must serve; each endpoint is asked once, before its first answer is believed. */
  chainId: number
  /** Time for one attempt at one endpoint, milliseconds. */
  timeoutMs: number
  /**
   * How long a request is repeated, with backoff, while no endpoint answers, in milliseconds; see `RpcRequestOptions`.
   * The last attempt may end up to `timeoutMs` later.
   */
  patienceMs: number
  /** After which time without an answer a read is asked a second time beside the first, milliseconds. @default 2000 */
  hedgeMs?: number | undefined
  /** How many pauses that rate-limited endpoints ask for a request waits out besides its patience. @default 3 */
  rateLimitRetries?: number | undefined
  /** Connections to each endpoint. @default 64 */
  connections?: number | undefined
  /** Requests per second to each endpoint at most. @default unlimited */
  ratePerSecond?: number | undefined
  /** Circuit and pauses of each endpoint. */
  health?: EndpointHealthOptions | undefined
  /** Called after every call, e.g. for a histogram. A batch is one event for each of its calls. */
  onCall?: ((event: RpcCallEvent) => void) | undefined
  /** @default the process's clock */
  clock?: Clock | undefined
  /** Spreads those who wait for the same pause; in [0, 1). @default Math.random */
  random?: (() => number) | undefined
}

/** One JSON-RPC call as it went. */
export type RpcCallEvent = {
  method: string
  /** The endpoint without its key. */
  endpoint: string
  durationMs: number
  /** Whether the node answered with a result. */
  ok: boolean
}

/** Options of one request. */
export type RpcRequestOptions = {
  signal?: AbortSignal | undefined
  /** Requests with the same key go to the same endpoint while it is healthy: an account sees its own transactions. */
  stickyKey?: string | undefined
  /** Called each time that an endpoint gave no answer; it may still have done what it was asked for. */
  onUnanswered?: (() => void) | undefined
  /**
   * How long a read is repeated while no endpoint answers, and anything else waits for one that can be asked, in
   * milliseconds. 0 asks each endpoint once. @default that of the pool
   */
  patienceMs?: number | undefined
}

/** One call of a batch. */
export type RpcCall = { method: string; params: readonly unknown[] }

/** One endpoint of a pool, since the pool was made. */
export type EndpointStats = EndpointCounts & {
  /** Its URL without keys. */
  label: string
  state: ReturnType<EndpointHealth['state']>
  /** Time for which its circuit was open. */
  openMs: number
  /** Time for which it had asked for a pause. */
  pausedMs: number
  /** Blocks behind the best other endpoint, now and at most; `null` when there was none to compare with. */
  headLag: number | null
  maxHeadLag: number | null
  /** Whether it claimed a newest block that it could not show. */
  falseHead: boolean
  /** For how long its newest block has been the same, when that is longer than its blocks ever need; otherwise 0. */
  stalledMs: number
}

/** Called when an endpoint asked for a pause, in milliseconds. */
export type RateLimitListener = (method: string, retryAfterMs: number | undefined) => void

/** A set of JSON-RPC nodes of one chain, see {@link createRpcPool}. */
export type RpcPool = {
  /** The id that every endpoint is checked against. */
  readonly chainId: number
  /**
   * Sends one JSON-RPC request and gives its result, not yet checked for shape.
   *
   * @throws LoadTestError a `CHAIN_*` code or `TX_REVERTED`, see `toChainError`; the signal's reason.
   */
  request(method: string, params?: readonly unknown[], options?: RpcRequestOptions): Promise<unknown>
  /** Sends several calls in one HTTP request; the outcomes are in the order of the calls. */
  batch(calls: readonly RpcCall[], options?: RpcRequestOptions): Promise<RpcOutcome[]>
  /** How many calls went out, failed ones and repeats included. */
  calls(): CallCounts
  /** The endpoints, how they are, and what they had to do. */
  endpoints(): EndpointStats[]
  /**
   * Calls a listener for each answer by which an endpoint asked for a pause, also those that were waited out: with the method
   * of the call, or of the first in a batch, and the time asked for, if any. Returns what ends it.
   */
  onRateLimit(listener: RateLimitListener): () => void
  /**
   * Asks every endpoint for its chain id and its newest block, before anything depends on them. While none can be used,
   * that is repeated for the time of the pool's patience; one whose chain id is not known yet, and which asks for a pause, is
   * waited for a few times.
   *
   * @returns what is wrong with some of them while others can be used
   * @throws LoadTestError `CHAIN_WRONG_ID` if any serves another chain; if none can be used, why
   */
  check(options?: { signal?: AbortSignal | undefined }): Promise<LoadTestError[]>
  /** Closes all connections; requests in flight fail. */
  close(): Promise<void>
}
