import { setMaxListeners } from 'node:events'
import { systemClock } from '../../async/clock.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { endpointLabel } from '../../redaction/endpoint-label.ts'
import { createHeadSurvey } from '../blocks/head-survey.ts'
import { createAsker } from './ask-members.ts'
import { createCallCounter } from './call-counter.ts'
import { checkMembers } from './check-members.ts'
import { createHedge } from './hedge.ts'
import { createPatience } from './patience.ts'
import { createPoolMember, type PoolMember } from './pool-member.ts'
import type { RateLimitListener, RpcPool, RpcPoolOptions } from './rpc.ts'
import { unwrap } from './rpc-answer.ts'
import { surveyMembers } from './survey-members.ts'

// What other rooms build on: createRpcPool(options) ->
// RpcPool { chainId, request, batch, calls, endpoints, onRateLimit, close }.

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
