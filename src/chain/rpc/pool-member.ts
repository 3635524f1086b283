import type { Clock } from '../../async/clock.ts'
import { raceAbort } from '../../async/race-abort.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { createHeadWatch, type HeadWatch } from '../blocks/head-watch.ts'
import type { CallCounter } from './call-counter.ts'
import { createEndpoint, type Endpoint } from './endpoint.ts'
import { createEndpointHealth, type EndpointHealth } from './endpoint-health.ts'
import { createEndpointMeter, type EndpointCounts, type EndpointMeter } from './endpoint-meter.ts'
import { overtaken } from './hedge.ts'
import type { RpcCall, RpcPoolOptions } from './rpc.ts'
import { askedTooOften, inOrder, type RpcOutcome, toOutcome, unwrap } from './rpc-answer.ts'
import { isNodeFailure } from './rpc-error.ts'
import { parseCount } from './rpc-shapes.ts'
import { createTokenBucket, type TokenBucket } from './token-bucket.ts'

/** What the members of a pool share. */
export type PoolMemberOptions = Pick<RpcPoolOptions, 'chainId' | 'ratePerSecond' | 'health' | 'onCall'> & {
  url: string
  /** Distinguishes it from another with the same label; from 1. */
  ordinal: number
  timeoutMs: number
  connections: number
  clock: Clock
  counter: CallCounter
  /** Called when the endpoint asked for a pause, in the answer to a call of this method. */
  onRateLimit(method: string, retryAfterMs: number | undefined): void
  /** A number for a JSON-RPC id: the first of as many as are asked for. */
  nextIds(count: number): number
}

/** One endpoint of a pool. */
export class PoolMember {
  /** Its URL without keys; two that look alike without are numbered. */
  readonly label: string
  readonly health: EndpointHealth
  readonly #options: PoolMemberOptions
  readonly #endpoint: Endpoint
  readonly #bucket: TokenBucket | undefined
  readonly #meter: EndpointMeter = createEndpointMeter()
  readonly #head: HeadWatch = createHeadWatch()
  #verified: Promise<void> | undefined
  #isVerified = false

  /** @throws LoadTestError `CONFIG_INVALID` for a bad URL. */
  constructor(options: PoolMemberOptions) {
    const { url, ordinal, connections, ratePerSecond } = options
    this.#options = options
    this.#endpoint = createEndpoint(url, { connections })
    this.label = ordinal === 1 ? this.#endpoint.label : `${this.#endpoint.label} (${ordinal})`
    this.health = createEndpointHealth(options.health)
    this.#bucket = ratePerSecond === undefined ? undefined : createTokenBucket({ ratePerSecond })
  }

  /** Whether it was found to serve the chain that it must. */
  get isVerified(): boolean {
    return this.#isVerified
  }

  /** Checks the chain id, once. @throws LoadTestError CHAIN_WRONG_ID, or what keeps it from answering */
  async verify(signal?: AbortSignal): Promise<void> {
    this.#verified ??= this.#checkChainId()
    try {
      await raceAbort(this.#verified, signal)
    } catch (error) {
      if (!signal?.aborted) this.#verified = undefined
      throw error
    }
  }

  /** Makes one HTTP request, with rate, health, counting and timing. */
  async attempt(calls: readonly RpcCall[], signal?: AbortSignal): Promise<RpcOutcome[]> {
    const { clock, counter } = this.#options
    const waitMs = this.#bucket?.reserve(clock.now(), calls.length) ?? 0
    await this.#waitForTurn(waitMs, signal)
    for (const { method } of calls) counter.count(method, this.label)
    this.#meter.sent(calls.length, waitMs)
    const startedMs = clock.now()
    try {
      const outcomes = await this.#post(calls, signal)
      this.health.onAnswer(clock.now())
      this.#report(calls, outcomes, startedMs)
      this.#watchHead(calls, outcomes)
      return outcomes
    } catch (error) {
      const isOvertaken = signal?.reason === overtaken
      if (signal?.aborted && !isOvertaken) {
        // Nobody waited for the answer: it says nothing of the endpoint.
        this.health.onAbandoned()
        throw error
      }
      this.#report(calls, [], startedMs)
      this.#takeFailure(calls, isOvertaken ? 'overtaken' : error)
      throw error
    }
  }

  counts(): EndpointCounts {
    return this.#meter.read()
  }

  /** For how long its newest block has stood still, see {@link createHeadWatch}. */
  stalledMs(nowMs: number): number {
    return this.#head.stalledMs(nowMs)
  }

  async close(): Promise<void> {
    await this.#endpoint.close()
  }

  /** @throws LoadTestError also when one of the calls was refused as too many */
  async #post(calls: readonly RpcCall[], signal: AbortSignal | undefined): Promise<RpcOutcome[]> {
    const { timeoutMs, nextIds } = this.#options
    const firstId = nextIds(calls.length)
    const bodies = calls.map(({ method, params }, i) => ({ jsonrpc: '2.0', id: firstId + i, method, params }))
    const body = JSON.stringify(bodies.length === 1 ? bodies[0] : bodies)
    const { answer, status } = await this.#endpoint.post(body, { signal, timeoutMs })
    const answers = inOrder(answer, firstId, calls.length)
    const outcomes = calls.map(({ method }, i) => toOutcome(answers[i], method, status))
    const limited = outcomes.map(askedTooOften).find((found) => found !== undefined)
    if (limited !== undefined) throw limited
    return outcomes
  }

  #report(calls: readonly RpcCall[], outcomes: readonly RpcOutcome[], startedMs: number): void {
    const { clock, counter, onCall } = this.#options
    const durationMs = clock.now() - startedMs
    for (const [i, { method }] of calls.entries()) {
      onCall?.({ method, endpoint: this.label, durationMs, ok: outcomes[i]?.ok === true })
    }
    const failed = calls.length - outcomes.filter(({ ok }) => ok).length
    const rejected = outcomes.filter((one) => !one.ok && !isNodeFailure(one.error)).length
    counter.countFailures(failed)
    this.#meter.ended({ failed, rejected }, durationMs)
  }

  #takeFailure(calls: readonly RpcCall[], failure: unknown): void {
    const nowMs = this.#options.clock.now()
    const code = failure instanceof LoadTestError ? failure.code : undefined
    if (code === 'CHAIN_RATE_LIMITED') {
      const retryAfterMs = retryAfterOf(failure)
      this.#meter.rateLimited(calls.length)
      this.health.onRateLimited(nowMs, retryAfterMs)
      this.#options.onRateLimit(calls[0]?.method ?? '', retryAfterMs)
    } else if (code === 'CHAIN_UNREACHABLE' || failure === 'overtaken') this.health.onUnreachable(nowMs)
    else this.health.onAbandoned()
  }

  #watchHead(calls: readonly RpcCall[], outcomes: readonly RpcOutcome[]): void {
    for (const [i, { method, params }] of calls.entries()) {
      if (method !== 'eth_getBlockByNumber' || params[0] !== 'latest') continue
      const number = Number(resultOf(outcomes[i])?.number ?? Number.NaN)
      if (Number.isSafeInteger(number)) this.#head.saw(number, this.#options.clock.now())
    }
  }

  async #waitForTurn(waitMs: number, signal: AbortSignal | undefined): Promise<void> {
    const { clock } = this.#options
    if (waitMs <= 0) return
    try {
      await clock.sleepUntil(clock.now() + waitMs, signal)
    } catch (error) {
      this.health.onAbandoned()
      throw error
    }
  }

  async #checkChainId(): Promise<void> {
    const { chainId } = this.#options
    // Without any caller's signal: others may be waiting for the same answer.
    const [outcome] = await this.attempt([{ method: 'eth_chainId', params: [] }])
    const found = parseCount(unwrap(outcome), 'eth_chainId')
    this.#isVerified = found === chainId
    if (this.#isVerified) return
    throw new LoadTestError('CHAIN_WRONG_ID', `${this.label} serves chain ${found}, not ${chainId}.`, {
      details: { endpoint: this.label, expected: chainId, found },
    })
  }
}

const resultOf = (outcome: RpcOutcome | undefined): { number?: unknown } | null | undefined =>
  outcome?.ok ? (outcome.result as { number?: unknown } | null) : undefined

function retryAfterOf(error: unknown): number | undefined {
  const retryAfterMs = error instanceof LoadTestError ? error.details.retryAfterMs : undefined
  return typeof retryAfterMs === 'number' ? retryAfterMs : undefined
}
