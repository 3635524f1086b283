import type { Clock } from '../../async/clock.ts'
import { raceAbort } from '../../async/race-abort.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { createHeadWatch } from '../blocks/head-watch.ts'
import type { CallCounter } from './call-counter.ts'
import { createEndpoint } from './endpoint.ts'
import { createEndpointHealth, type EndpointHealth } from './endpoint-health.ts'
import { createEndpointMeter, type EndpointCounts } from './endpoint-meter.ts'
import { overtaken } from './hedge.ts'
import type { RpcCall, RpcPoolOptions } from './rpc.ts'
import { askedTooOften, inOrder, type RpcOutcome, toOutcome, unwrap } from './rpc-answer.ts'
import { isNodeFailure } from './rpc-error.ts'
import { parseCount } from './rpc-shapes.ts'
import { createTokenBucket } from './token-bucket.ts'

/** One endpoint of a pool. */
export type PoolMember = {
  /** Its URL without keys; two that look alike without are numbered. */
  readonly label: string
  readonly health: EndpointHealth
  /** Whether it was found to serve the chain that it must. */
  readonly isVerified: boolean
  /** Makes one HTTP request, with rate, health, counting and timing. */
  attempt(calls: readonly RpcCall[], signal?: AbortSignal): Promise<RpcOutcome[]>
  /** Holds it to the chain id, once. @throws LoadTestError CHAIN_WRONG_ID, or what keeps it from answering */
  verify(signal?: AbortSignal): Promise<void>
  counts(): EndpointCounts
  /** For how long its newest block has stood still, see {@link createHeadWatch}. */
  stalledMs(nowMs: number): number
  close(): Promise<void>
}

/** What the members of a pool share. */
export type PoolMemberOptions = Pick<RpcPoolOptions, 'chainId' | 'ratePerSecond' | 'health' | 'onCall'> & {
  url: string
  /** Distinguishes it from another with the same label; from 1. */
  ordinal: number
  timeoutMs: number
  connections: number
  clock: Clock
  counter: CallCounter
  /** Told that the endpoint asked for a pause, by the answer to a call of this method. */
  onRateLimit(method: string, retryAfterMs: number | undefined): void
  /** A number for a JSON-RPC id: the first of as many as are asked for. */
  nextIds(count: number): number
}

/** Opens one endpoint of a pool. @throws LoadTestError `CONFIG_INVALID` for a bad URL. */
export function createPoolMember(options: PoolMemberOptions): PoolMember {
  const { url, ordinal, chainId, timeoutMs, connections, ratePerSecond, clock, counter, nextIds } = options
  const endpoint = createEndpoint(url, { connections })
  const label = ordinal === 1 ? endpoint.label : `${endpoint.label} (${ordinal})`
  const health = createEndpointHealth(options.health)
  const bucket = ratePerSecond === undefined ? undefined : createTokenBucket({ ratePerSecond })
  const meter = createEndpointMeter()
  const head = createHeadWatch()
  let verified: Promise<void> | undefined
  let isVerified = false

  async function attempt(calls: readonly RpcCall[], signal?: AbortSignal): Promise<RpcOutcome[]> {
    const waitMs = bucket?.reserve(clock.now(), calls.length) ?? 0
    await waitForTurn(waitMs, signal)
    const firstId = nextIds(calls.length)
    const bodies = calls.map(({ method, params }, i) => ({ jsonrpc: '2.0', id: firstId + i, method, params }))
    for (const { method } of calls) counter.count(method, label)
    meter.sent(calls.length, waitMs)
    const startedMs = clock.now()
    const report = (outcomes: readonly RpcOutcome[]): void => {
      const durationMs = clock.now() - startedMs
      for (const [i, { method }] of calls.entries()) {
        options.onCall?.({ method, endpoint: label, durationMs, ok: outcomes[i]?.ok === true })
      }
      const failed = calls.length - outcomes.filter(({ ok }) => ok).length
      const rejected = outcomes.filter((one) => !one.ok && !isNodeFailure(one.error)).length
      counter.countFailures(failed)
      meter.ended({ failed, rejected }, durationMs)
    }
    try {
      const { answer, status } = await endpoint.post(
        JSON.stringify(bodies.length === 1 ? bodies[0] : bodies),
        {
          signal,
          timeoutMs,
        },
      )
      const answers = inOrder(answer, firstId, calls.length)
      const outcomes = calls.map(({ method }, i) => toOutcome(answers[i], method, status))
      const limited = outcomes.map(askedTooOften).find((found) => found !== undefined)
      if (limited !== undefined) throw limited
      health.onAnswer(clock.now())
      report(outcomes)
      watchHead(calls, outcomes)
      return outcomes
    } catch (error) {
      const isOvertaken = signal?.reason === overtaken
      if (signal?.aborted && !isOvertaken) {
        // Nobody waited for the answer: it says nothing of the endpoint.
        health.onAbandoned()
        throw error
      }
      report([])
      const code = error instanceof LoadTestError ? error.code : undefined
      if (code === 'CHAIN_RATE_LIMITED') {
        meter.rateLimited(calls.length)
        const retryAfterMs = retryAfterOf(error)
        health.onRateLimited(clock.now(), retryAfterMs)
        options.onRateLimit(calls[0]?.method ?? '', retryAfterMs)
      } else if (code === 'CHAIN_UNREACHABLE' || isOvertaken) health.onUnreachable(clock.now())
      else health.onAbandoned()
      throw error
    }
  }

  function watchHead(calls: readonly RpcCall[], outcomes: readonly RpcOutcome[]): void {
    for (const [i, { method, params }] of calls.entries()) {
      if (method !== 'eth_getBlockByNumber' || params[0] !== 'latest') continue
      const number = Number(resultOf(outcomes[i])?.number ?? Number.NaN)
      if (Number.isSafeInteger(number)) head.saw(number, clock.now())
    }
  }

  async function waitForTurn(waitMs: number, signal: AbortSignal | undefined): Promise<void> {
    if (waitMs <= 0) return
    try {
      await clock.sleepUntil(clock.now() + waitMs, signal)
    } catch (error) {
      health.onAbandoned()
      throw error
    }
  }

  async function askChainId(): Promise<void> {
    // Without any caller's signal: others may be waiting for the same answer.
    const [outcome] = await attempt([{ method: 'eth_chainId', params: [] }])
    const found = parseCount(unwrap(outcome), 'eth_chainId')
    isVerified = found === chainId
    if (isVerified) return
    throw new LoadTestError('CHAIN_WRONG_ID', `${label} serves chain ${found}, not ${chainId}.`, {
      details: { endpoint: label, expected: chainId, found },
    })
  }

  return {
    label,
    health,
    get isVerified() {
      return isVerified
    },
    attempt,
    async verify(signal) {
      verified ??= askChainId()
      try {
        await raceAbort(verified, signal)
      } catch (error) {
        if (!signal?.aborted) verified = undefined
        throw error
      }
    },
    counts: meter.read,
    stalledMs: head.stalledMs,
    close: () => endpoint.close(),
  }
}

const resultOf = (outcome: RpcOutcome | undefined): { number?: unknown } | null | undefined =>
  outcome?.ok ? (outcome.result as { number?: unknown } | null) : undefined

function retryAfterOf(error: unknown): number | undefined {
  const retryAfterMs = error instanceof LoadTestError ? error.details.retryAfterMs : undefined
  return typeof retryAfterMs === 'number' ? retryAfterMs : undefined
}
