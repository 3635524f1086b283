import { type Clock, systemClock } from '../async/clock.ts'
import { raceAbort } from '../async/race-abort.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { type CallCounts, createCallCounter } from './call-counter.ts'
import { createEndpoint, type Endpoint } from './endpoint.ts'
import { createEndpointHealth, type EndpointHealth, type EndpointHealthOptions } from './endpoint-health.ts'
import { askedTooOften, inOrder, type RpcOutcome, toOutcome, unwrap } from './rpc-answer.ts'
import { createTokenBucket, type TokenBucket } from './token-bucket.ts'

// What other rooms build on: createRpcPool(options) -> RpcPool { chainId, request, batch, calls, endpoints, close }.

/** Settings of {@link createRpcPool}. */
export type RpcPoolOptions = {
  /** One or several nodes of the same chain. */
  urls: readonly string[]
  /** The chain they must serve; each endpoint is asked once, before its first answer is believed. */
  chainId: number
  /** Time for one attempt at one endpoint, milliseconds. @default 10_000 */
  timeoutMs?: number
  /** How often a request waits out the pause that a rate-limited endpoint asks for. @default 3 */
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
}

/** One call of a batch. */
export type RpcCall = { method: string; params: readonly unknown[] }

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
  /** The endpoints and how they are. */
  endpoints(): { label: string; state: ReturnType<EndpointHealth['state']> }[]
  /** Closes all connections; requests under way fail. */
  close(): Promise<void>
}

type Member = Endpoint & {
  health: EndpointHealth
  bucket: TokenBucket | undefined
  verified: Promise<void> | undefined
}

/** Asking twice does no harm with these: reads, and signed transactions, which a nonce makes unique. */
const repeatable = /^(eth|net|web3|txpool|debug)_/

/**
 * Opens a pool of JSON-RPC endpoints, used by the load generator and by the API server's relayer alike.
 *
 * A request goes to the endpoint that its key sticks to, and on to the next when that one cannot be reached or asks
 * for a pause; when all do, it waits for the shortest pause a few times. Only what can be repeated without harm is
 * sent again. Every call is counted.
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
    rateLimitRetries = 3,
    connections = 64,
    ratePerSecond,
    clock = systemClock,
    random = Math.random,
  } = options
  if (urls.length === 0) throw new LoadTestError('CONFIG_INVALID', 'At least one RPC URL is needed.')
  const members: Member[] = urls.map((url) => ({
    ...createEndpoint(url, { connections }),
    health: createEndpointHealth(options.health),
    bucket: ratePerSecond === undefined ? undefined : createTokenBucket({ ratePerSecond }),
    verified: undefined,
  }))
  const counter = createCallCounter()
  const pause = (ms: number, signal?: AbortSignal): Promise<void> =>
    clock.sleepUntil(clock.now() + ms, signal)
  let lastId = 0
  let turn = 0

  /** One HTTP request to one endpoint, with health, counting and timing. */
  async function attempt(
    member: Member,
    calls: readonly RpcCall[],
    signal?: AbortSignal,
  ): Promise<RpcOutcome[]> {
    const { health, bucket, label } = member
    if (bucket !== undefined) await pause(bucket.reserve(clock.now(), calls.length), signal)
    const firstId = lastId + 1
    lastId += calls.length
    const bodies = calls.map(({ method, params }, i) => ({ jsonrpc: '2.0', id: firstId + i, method, params }))
    for (const { method } of calls) counter.count(method, label)
    const startedMs = clock.now()
    const report = (ok: (i: number) => boolean): void => {
      const durationMs = clock.now() - startedMs
      for (const [i, { method }] of calls.entries()) {
        if (!ok(i)) counter.countFailure()
        options.onCall?.({ method, endpoint: label, durationMs, ok: ok(i) })
      }
    }
    try {
      const answer = await member.post(JSON.stringify(bodies.length === 1 ? bodies[0] : bodies), {
        signal,
        timeoutMs,
      })
      const answers = inOrder(answer, firstId, calls.length)
      const outcomes = calls.map(({ method }, i) => toOutcome(answers[i], method))
      const limited = outcomes.map(askedTooOften).find((found) => found !== undefined)
      if (limited !== undefined) throw limited
      health.onAnswer()
      report((i) => outcomes[i]?.ok === true)
      return outcomes
    } catch (error) {
      report(() => false)
      const code = error instanceof LoadTestError ? error.code : undefined
      if (code === 'CHAIN_RATE_LIMITED') health.onRateLimited(clock.now(), retryAfterOf(error))
      else if (code === 'CHAIN_UNREACHABLE') health.onUnreachable(clock.now())
      else health.onAbandoned()
      throw error
    }
  }

  /** Holds an endpoint to the chain id, once. */
  async function verify(member: Member, signal?: AbortSignal): Promise<void> {
    member.verified ??= (async () => {
      // Without the caller's signal: others may be waiting for the same answer.
      const [outcome] = await attempt(member, [{ method: 'eth_chainId', params: [] }])
      const found = Number(unwrap(outcome))
      if (found === chainId) return
      throw new LoadTestError('CHAIN_WRONG_ID', `${member.label} serves chain ${found}, not ${chainId}.`, {
        details: { endpoint: member.label, expected: chainId, found },
      })
    })()
    try {
      await raceAbort(member.verified, signal)
    } catch (error) {
      if (signal?.aborted) throw error
      member.verified = undefined
      throw error
    }
  }

  async function send(
    calls: readonly RpcCall[],
    { signal, stickyKey }: RpcRequestOptions,
  ): Promise<RpcOutcome[]> {
    const first = stickyKey === undefined ? turn++ : hashText(stickyKey)
    const order = members.map((_, i) => members[(first + i) % members.length]).filter((m) => m !== undefined)
    const mayRepeat = calls.every(({ method }) => repeatable.test(method))
    let waits = 0
    let tried = new Set<Member>()
    let lastError: unknown

    for (;;) {
      signal?.throwIfAborted()
      const member = order.find((one) => !tried.has(one) && one.health.tryAcquire(clock.now()))
      if (member === undefined) {
        const pauses = order.map((one) => one.health.pauseMs(clock.now())).filter((ms) => ms > 0)
        if (pauses.length === 0) throw lastError ?? noEndpoint(order)
        const pauseMs = Math.min(...pauses)
        if (waits >= rateLimitRetries) throw rateLimited(order, pauseMs, lastError)
        waits += 1
        tried = new Set()
        // Those who wait for the same pause come back spread over half of it again, not all at once.
        await pause(pauseMs * (1 + random() / 2), signal)
        continue
      }
      tried.add(member)
      try {
        // A half-open endpoint's one probe is the request itself, unless it has never been verified.
        await verify(member, signal)
        return await attempt(member, calls, signal)
      } catch (error) {
        lastError = error
        const mayGoOn =
          error instanceof LoadTestError &&
          (error.code === 'CHAIN_RATE_LIMITED' || (error.code === 'CHAIN_UNREACHABLE' && mayRepeat))
        if (!mayGoOn) throw error
      }
    }
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
    endpoints: () => members.map(({ label, health }) => ({ label, state: health.state(clock.now()) })),
    async close() {
      await Promise.all(members.map((member) => member.close()))
    },
  }
}

function retryAfterOf(error: unknown): number | undefined {
  const retryAfterMs = error instanceof LoadTestError ? error.details.retryAfterMs : undefined
  return typeof retryAfterMs === 'number' ? retryAfterMs : undefined
}

function noEndpoint(order: readonly Member[]): LoadTestError {
  const labels = order.map(({ label }) => label).join(', ')
  return new LoadTestError('CHAIN_UNREACHABLE', `No endpoint is reachable at present (${labels}).`)
}

function rateLimited(order: readonly Member[], pauseMs: number, cause: unknown): LoadTestError {
  const labels = order.map(({ label }) => label).join(', ')
  return new LoadTestError('CHAIN_RATE_LIMITED', `Every endpoint asks for a pause (${labels}).`, {
    ...(cause === undefined ? {} : { cause }),
    details: { retryAfterMs: Math.ceil(pauseMs) },
  })
}

/** FNV-1a, 32 bits: spreads addresses evenly over a handful of endpoints. */
function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
