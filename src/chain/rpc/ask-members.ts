import type { Clock } from '../../async/clock.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { givenUp, noEndpoint, rateLimited } from './given-up.ts'
import type { Hedge } from './hedge.ts'
import { createPatience, type Patience } from './patience.ts'
import type { PoolMember } from './pool-member.ts'
import type { RpcCall, RpcRequestOptions } from './rpc.ts'
import type { RpcOutcome } from './rpc-answer.ts'
import { isNodeFailure, mayPass } from './rpc-error.ts'

/** What asking needs of an endpoint. */
export type AskedMember = Pick<PoolMember, 'label' | 'health' | 'isVerified' | 'verify' | 'attempt'>

/** Settings of {@link createAsker}. */
export type AskerOptions = {
  /** The endpoints in the order in which they are asked. */
  inOrder(stickyKey: string | undefined): readonly AskedMember[]
  patienceMs: number
  rateLimitRetries: number
  clock: Clock
  random: () => number
  hedge: Hedge
  /** Ends every wait. */
  closing: AbortSignal
}

/** Asking twice does no harm with these: reads, and signed transactions, which a nonce makes unique. */
const repeatable = /^(eth|net|web3|txpool|debug)_/
/** The sender repeats these, since it has to know that a node may have the transaction. */
const sends = /^eth_send/
/** How long a send waits for an endpoint that can be asked, milliseconds: senders come again. */
const sendPatienceMs = 10_000
/** How often a read is repeated that fails inside the node: some failures of that kind are an answer. */
const insideRetries = 2

/**
 * Makes the function that sends calls to the endpoints of a pool until one answers, or the patience is used up.
 *
 * | call                                | endpoint failed           | every endpoint failed         | nobody could be asked yet |
 * |-------------------------------------|---------------------------|-------------------------------|---------------------------|
 * | read                                | next one, hedged when late | all again after a backoff     | waits                     |
 * | signed transaction                  | next one                  | throws: the sender repeats it | waits                     |
 * | any other, which two times do twice | throws                    | throws                        | waits                     |
 *
 * An endpoint that asks for a pause was not harmed: every call is repeated after it. What cannot pass (another chain, a bad
 * key, no JSON-RPC at all) excludes an endpoint for the rest of the request.
 */
export function createAsker(
  options: AskerOptions,
): (calls: readonly RpcCall[], requestOptions: RpcRequestOptions) => Promise<RpcOutcome[]> {
  return async (calls, requestOptions) => await new PoolRequest(options, calls, requestOptions).answer()
}

/** One request to a pool: which endpoints it has asked, and how they failed. */
class PoolRequest {
  readonly #options: AskerOptions
  readonly #calls: readonly RpcCall[]
  readonly #request: RpcRequestOptions
  readonly #order: readonly AskedMember[]
  readonly #isRepeatable: boolean
  readonly #isRead: boolean
  readonly #patience: Patience
  readonly #excluded = new Set<AskedMember>()
  /** Those asked since the last backoff. */
  #tried = new Set<AskedMember>()
  /** Whether an endpoint gave no answer, and so may have done what it was asked for. */
  #isUnanswered = false
  #attempts = 0
  #insideFailures = 0
  #failure: LoadTestError | undefined

  constructor(options: AskerOptions, calls: readonly RpcCall[], request: RpcRequestOptions) {
    const { clock, random, rateLimitRetries } = options
    this.#options = options
    this.#calls = calls
    this.#request = request
    this.#order = options.inOrder(request.stickyKey)
    this.#isRepeatable = calls.every(({ method }) => repeatable.test(method))
    this.#isRead = this.#isRepeatable && !calls.some(({ method }) => sends.test(method))
    const patienceMs =
      request.patienceMs ?? (this.#isRead ? options.patienceMs : Math.min(options.patienceMs, sendPatienceMs))
    this.#patience = createPatience({ clock, random, patienceMs, pauses: rateLimitRetries })
  }

  /** @throws LoadTestError the last failure, once asking again is no use; the signal's reason */
  async answer(): Promise<RpcOutcome[]> {
    const { signal } = this.#request
    const { closing } = this.#options
    for (;;) {
      signal?.throwIfAborted()
      if (closing.aborted) throw closing.reason
      const member = this.#take()
      const outcomes = member === undefined ? await this.#waitForRound() : await this.#ask(member)
      if (outcomes !== undefined) return outcomes
    }
  }

  /** The next endpoint that may be asked now. */
  #take(): AskedMember | undefined {
    const isOpen = (one: AskedMember): boolean => !this.#tried.has(one) && !this.#excluded.has(one)
    const nowMs = this.#options.clock.now()
    const member = this.#order.find((one) => isOpen(one) && one.health.tryAcquire(nowMs))
    if (member !== undefined) this.#tried.add(member)
    return member
  }

  /** @returns the answer; `undefined` if another endpoint is to be asked */
  async #ask(member: AskedMember): Promise<RpcOutcome[] | undefined> {
    try {
      const outcomes = await (this.#isRead ? this.#askRead(member) : this.#askOnce(member))
      const inside = this.#isRead ? failureInside(outcomes) : undefined
      if (inside === undefined) return outcomes
      if (inside.details.status === undefined && this.#insideFailures >= insideRetries) return outcomes
      this.#insideFailures += 1
      this.#failure = inside
    } catch (error) {
      if (this.#request.signal?.aborted || !(error instanceof LoadTestError)) throw error
      this.#failure = error
      if (error.code === 'CHAIN_UNREACHABLE' && this.#isUnanswered && !this.#isRepeatable) throw error
    }
    return undefined
  }

  async #askRead(first: AskedMember): Promise<RpcOutcome[]> {
    const { hedge, clock } = this.#options
    const askOf = (member: AskedMember) => async (its: AbortSignal) => {
      this.#attempts += 1
      try {
        await member.verify(its)
        return await member.attempt(this.#calls, its)
      } catch (error) {
        this.#excludeIfFinal(member, error)
        throw error
      }
    }
    const askSecond = () => {
      const second = this.#take() ?? (first.health.tryAcquire(clock.now()) ? first : undefined)
      return second && askOf(second)
    }
    return await hedge.run(askOf(first), askSecond, this.#request.signal)
  }

  async #askOnce(member: AskedMember): Promise<RpcOutcome[]> {
    const { signal, onUnanswered } = this.#request
    this.#attempts += 1
    let isAsked = false
    try {
      await member.verify(signal)
      isAsked = true
      return await member.attempt(this.#calls, signal)
    } catch (error) {
      this.#excludeIfFinal(member, error)
      if (isAsked && error instanceof LoadTestError && error.code === 'CHAIN_UNREACHABLE') {
        this.#isUnanswered = true
        onUnanswered?.()
      }
      throw error
    }
  }

  #excludeIfFinal(member: AskedMember, error: unknown): void {
    if (error instanceof LoadTestError && !mayPass(error, member.isVerified)) this.#excluded.add(member)
  }

  /** Waits until an endpoint may be asked again. @throws the failure when that is no use */
  async #waitForRound(): Promise<undefined> {
    const { clock, closing } = this.#options
    const { signal } = this.#request
    const left = this.#order.filter((one) => !this.#excluded.has(one))
    const nowMs = clock.now()
    const readyInMs = Math.min(...left.map(({ health }) => health.readyInMs(nowMs)))
    const isPause = readyInMs > 0 && left.some(({ health }) => health.pauseMs(nowMs) === readyInMs)
    const mayWait =
      left.length > 0 && (this.#isRead || !this.#isUnanswered || (isPause && this.#isRepeatable))
    const pauseMs = mayWait && isPause ? this.#patience.pauseFor(readyInMs) : undefined
    const waitMs = mayWait ? (pauseMs ?? this.#patience.backOff(readyInMs)) : undefined
    if (waitMs === undefined) {
      if (isPause && mayWait) throw rateLimited(this.#order, readyInMs, this.#failure)
      throw this.#describeFailure()
    }
    this.#tried = new Set()
    const either = signal === undefined ? closing : AbortSignal.any([signal, closing])
    await clock.sleepUntil(clock.now() + waitMs, either)
    return undefined
  }

  #describeFailure(): LoadTestError {
    if (this.#failure === undefined) return noEndpoint(this.#order)
    const what =
      this.#calls.length === 1 ? `${this.#calls[0]?.method}` : `a batch of ${this.#calls.length} calls`
    return givenUp(this.#failure, { what, attempts: this.#attempts, spentMs: this.#patience.spentMs() })
  }
}

/** What a single call failed with inside the node; callers of a batch look at each outcome. */
function failureInside([outcome, ...others]: readonly RpcOutcome[]): LoadTestError | undefined {
  if (outcome === undefined || outcome.ok || others.length > 0) return undefined
  return isNodeFailure(outcome.error) ? outcome.error : undefined
}
