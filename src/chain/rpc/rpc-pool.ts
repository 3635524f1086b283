import { setMaxListeners } from 'node:events'
import { systemClock } from '../../async/clock.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { endpointLabel } from '../../redaction/endpoint-label.ts'
import type { HeadStanding } from '../blocks/head-survey.ts'
import { createAsker } from './ask-members.ts'
import { createCallCounter } from './call-counter.ts'
import { checkMembers } from './check-members.ts'
import { createHedge } from './hedge.ts'
import { MemberOrder } from './member-order.ts'
import { createPatience } from './patience.ts'
import { PoolMember, type PoolMemberOptions } from './pool-member.ts'
import type {
  EndpointStats,
  RateLimitListener,
  RpcCall,
  RpcPool,
  RpcPoolOptions,
  RpcRequestOptions,
} from './rpc.ts'
import { type RpcOutcome, unwrap } from './rpc-answer.ts'

// What other rooms build on: createRpcPool(options) ->
// RpcPool { chainId, request, batch, calls, endpoints, onRateLimit, close }.

/**
 * Opens a pool of JSON-RPC endpoints, used by the load generator and by the API server's relayer alike.
 *
 * A request goes to the endpoint that its key sticks to, and on to the next when that one cannot be reached, asks for a
 * pause, serves another chain, or has a head that lags behind or is not there. When all fail, reads are repeated with
 * exponential backoff and full jitter, also at a single endpoint, for `patienceMs`; a read without an answer after `hedgeMs` is
 * asked a second time. Only requests that can be repeated without harm are sent again. Every call is counted.
 *
 * @throws LoadTestError `CONFIG_INVALID` for no or bad URLs.
 * @example
 * const rpc = createRpcPool({ urls, chainId: 14800, timeoutMs: 15_000, patienceMs: 30_000 })
 * const block = await rpc.request('eth_blockNumber')
 * console.log(rpc.calls().total)
 * await rpc.close()
 */
export function createRpcPool(options: RpcPoolOptions): RpcPool {
  const { urls, chainId, patienceMs, rateLimitRetries = 3, hedgeMs = 2000 } = options
  const { clock = systemClock, random = Math.random } = options
  if (urls.length === 0) throw new LoadTestError('CONFIG_INVALID', 'At least one RPC URL is needed.')
  const counter = createCallCounter()
  const limitListeners = new Set<RateLimitListener>()
  const onRateLimit: RateLimitListener = (...limit) => {
    for (const listener of limitListeners) listener(...limit)
  }
  const members = openMembers(options, { clock, counter, onRateLimit })
  const order = new MemberOrder(members, clock)
  const closing = new AbortController()
  // As many as there are requests wait for it.
  setMaxListeners(0, closing.signal)
  const hedge = createHedge({ clock, afterMs: hedgeMs })
  const inOrder = (stickyKey: string | undefined): PoolMember[] => order.of(stickyKey)
  const waiting = { patienceMs, rateLimitRetries, clock, random, closing: closing.signal }
  const ask = createAsker({ ...waiting, hedge, inOrder })
  const send = (calls: readonly RpcCall[], requestOptions: RpcRequestOptions): Promise<RpcOutcome[]> => {
    order.surveyInTime()
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
    endpoints: () => members.map((member, i) => statsOf(member, order.survey.standing(i), clock.now())),
    onRateLimit(listener) {
      limitListeners.add(listener)
      return () => limitListeners.delete(listener)
    },
    async check({ signal } = {}) {
      const patience = createPatience({ clock, random, patienceMs, pauses: rateLimitRetries })
      order.surveyBegins()
      const either = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal])
      return await checkMembers(members, { survey: order.survey, patience, clock, signal: either })
    },
    async close() {
      closing.abort(new LoadTestError('CHAIN_UNREACHABLE', 'The RPC pool was closed.'))
      hedge.close()
      await Promise.all(members.map((member) => member.close()))
    },
  }
}

function openMembers(
  options: RpcPoolOptions,
  shared: Pick<PoolMemberOptions, 'clock' | 'counter' | 'onRateLimit'>,
): PoolMember[] {
  const { urls, timeoutMs, connections = 64 } = options
  let lastId = 0
  const nextIds = (count: number): number => {
    lastId += count
    return lastId - count + 1
  }
  const ordinals = new Map<string, number>()
  return urls.map((url) => {
    const label = endpointLabel(url)
    const ordinal = (ordinals.get(label) ?? 0) + 1
    ordinals.set(label, ordinal)
    return new PoolMember({ ...options, ...shared, timeoutMs, connections, nextIds, url, ordinal })
  })
}

function statsOf(member: PoolMember, standing: HeadStanding, nowMs: number): EndpointStats {
  const { label, health } = member
  const { openMs, pausedMs } = health.lost(nowMs)
  return {
    label,
    state: health.state(nowMs),
    ...member.counts(),
    openMs,
    pausedMs,
    headLag: standing.lag,
    maxHeadLag: standing.maxLag,
    falseHead: standing.isFalse,
    stalledMs: member.stalledMs(nowMs),
  }
}
