import { setMaxListeners } from 'node:events'
import { type Clock, systemClock } from '../../async/clock.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { endpointLabel } from '../../redaction/endpoint-label.ts'
import { createHeadSurvey } from '../blocks/head-survey.ts'
import { createAsker } from './ask-members.ts'
import { type CallCounts, createCallCounter } from './call-counter.ts'
import { checkMembers } from './check-members.ts'
import type { EndpointHealth, EndpointHealthOptions } from './endpoint-health.ts'
import type { EndpointCounts } from './endpoint-meter.ts'
import { createHedge } from './hedge.ts'
import { createPatience } from './patience.ts'
import { createPoolMember, type PoolMember } from './pool-member.ts'
import { type RpcOutcome, unwrap } from './rpc-answer.ts'
import { surveyMembers } from './survey-members.ts'

// What other rooms build on: createRpcPool(options) ->
// RpcPool { chainId, request, batch, calls, endpoints, onRateLimit, close }.

/** Settings of {@link createRpcPool}. */
export type RpcPoolOptions = {
  /** One or several nodes of the same chain. */
  urls: readonly string[]
  /** The chain they must serve; each endpoint is asked once, before its first answer is believed. */
  chainId: number
  /** Time for one attempt at one endpoint, milliseconds. @default 10_000 */
  timeoutMs?: number
  /**
   * How long a request is repeated, with backoff, while no endpoint answers, in milliseconds; see `RpcRequestOptions`.
   * The last attempt may end up to `timeoutMs` later. @default 30_000
   */
  patienceMs?: number
  /** After which time without an answer a read is asked a second time beside the first, milliseconds. @default 2000 */
  hedgeMs?: number
  /** How many pauses that rate-limited endpoints ask for a request waits out besides its patience. @default 3 */
  rateLimitRetries?: number
  /** Connections to each endpoint. @default 64 */
  connections?: number
  /** Requests per second to each endpoint at most. @default unlimited */
  ratePerSecond?: number
  /** Circuit and pauses of each endpoint. */
  health?: EndpointHealthOptions
  /** Called after every call, e.g. for a histogram. A batch is one event for each of its calls. */
  onCall?: (event: RpcCallEvent) => void
  /** @default the process's clock */
  clock?: Clock
  /** Spreads those who wait for the same pause; in [0, 1). @default Math.random */
  random?: () => number
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

/** Told that an endpoint asked for a pause, in milliseconds. */
export type RateLimitListener = (method: string, retryAfterMs: number | undefined) => void

/** A set of JSON-RPC nodes of one chain, see {@link createRpcPool}. */
export type RpcPool = {
  /** The id that every endpoint is held to. */
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
   * Tells a listener of each answer by which an endpoint asked for a pause, also of those that were waited out: the method
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
  check(signal?: AbortSignal): Promise<LoadTestError[]>
  /** Closes all connections; requests under way fail. */
  close(): Promise<void>
}

/** Time between two comparisons of the endpoints' heads. */
const surveyEveryMs = 5000

/**
 * Opens a pool of JSON-RPC endpoints, used by the load generator and by the API server's relayer alike.
 *
 * A request goes to the endpoint that its key sticks to, and on to the next when that one cannot be reached, asks for a
 * pause, serves another chain, or has a head that lags behind or is not there. When all fail, reads are repeated with
 * exponential backoff and full jitter, also at a single endpoint, for `patienceMs`; a read without an answer after `hedgeMs` is
 * asked a second time. Only what can be repeated without harm is sent again. Every call is counted.
 *
 * @throws LoadTestError `CONFIG_INVALID` for no or bad URLs.
 * @example
 * const rpc = createRpcPool({ urls: ['http://127.0.0.1:8545'], chainId: 14800 })
 * const block = await rpc.request('eth_blockNumber')
 * console.log(rpc.calls().total)
 * await rpc.close()
 */
export function createRpcPool(options: RpcPoolOptions): RpcPool {
  const {
    urls,
    chainId,
    timeoutMs = 10_000,
    patienceMs = 30_000,
    rateLimitRetries = 3,
    connections = 64,
    clock = systemClock,
    random = Math.random,
  } = options
  if (urls.length === 0) throw new LoadTestError('CONFIG_INVALID', 'At least one RPC URL is needed.')
  const counter = createCallCounter()
  let lastId = 0
  const nextIds = (count: number): number => {
    lastId += count
    return lastId - count + 1
  }
  const limitListeners = new Set<RateLimitListener>()
  const onRateLimit: RateLimitListener = (...limit) => {
    for (const listener of limitListeners) listener(...limit)
  }
  const labels = new Map<string, number>()
  const members = urls.map((url) => {
    const ordinal = (labels.get(endpointLabel(url)) ?? 0) + 1
    labels.set(endpointLabel(url), ordinal)
    const shared = { chainId, timeoutMs, connections, clock, counter, nextIds, onRateLimit }
    return createPoolMember({ ...options, ...shared, url, ordinal })
  })
  const survey = createHeadSurvey(members.length)
  let turn = 0
  let surveyedAtMs = Number.NEGATIVE_INFINITY

  /** Compares the endpoints' heads now and then, while there is something to compare and the pool is in use. */
  function surveyInTime(): void {
    if (members.length < 2 || clock.now() - surveyedAtMs < surveyEveryMs) return
    surveyedAtMs = clock.now()
    // What it finds shows in the order of the endpoints; who cannot be asked is known by its health.
    void surveyMembers(members, survey, surveyedAtMs).catch(() => undefined)
  }

  /** From the one whose turn it is on; those whose answers are old or wrong come last. */
  function inTurn(first: number): PoolMember[] {
    const indexes = members.map((_, i) => (first + i) % members.length)
    const isLast = (i: number): boolean => survey.standing(i).isBehind
    return [...indexes.filter((i) => !isLast(i)), ...indexes.filter(isLast)].flatMap((i) => members[i] ?? [])
  }

  const closing = new AbortController()
  // As many as there are requests wait for it.
  setMaxListeners(0, closing.signal)
  const hedge = createHedge({ clock, afterMs: options.hedgeMs ?? 2000 })
  const ask = createAsker({
    ...{ patienceMs, rateLimitRetries, clock, random, hedge },
    closing: closing.signal,
    inOrder: (stickyKey) => inTurn(stickyKey === undefined ? turn++ : hashText(stickyKey)),
  })
  const send: typeof ask = (calls, requestOptions) => {
    surveyInTime()
    return ask(calls, requestOptions)
  }

  return {
    chainId,
    async request(method, params = [], requestOptions = {}) {
      const [outcome] = await send([{ method, params }], requestOptions)
      return unwrap(outcome)
    },
    async batch(calls, requestOptions = {}) {
      return calls.length === 0 ? [] : await send(calls, requestOptions)
    },
    calls: counter.read,
    endpoints: () =>
      members.map(({ label, health, counts, stalledMs }, i) => {
        const { lag, maxLag, isFalse } = survey.standing(i)
        const { openMs, pausedMs } = health.lost(clock.now())
        const state = health.state(clock.now())
        return {
          label,
          state,
          ...counts(),
          openMs,
          pausedMs,
          headLag: lag,
          maxHeadLag: maxLag,
          falseHead: isFalse,
          stalledMs: stalledMs(clock.now()),
        }
      }),
    onRateLimit(listener) {
      limitListeners.add(listener)
      return () => limitListeners.delete(listener)
    },
    async check(signal) {
      const patience = createPatience({ clock, random, patienceMs, pauses: rateLimitRetries })
      surveyedAtMs = clock.now()
      const either = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal])
      return await checkMembers(members, survey, { patience, clock, signal: either })
    },
    async close() {
      closing.abort(new LoadTestError('CHAIN_UNREACHABLE', 'The RPC pool was closed.'))
      hedge.close()
      await Promise.all(members.map((member) => member.close()))
    },
  }
}

/** FNV-1a, 32 bits: spreads addresses evenly over a handful of endpoints. */
function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
