import type { Clock } from '../../async/clock.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { givenUp } from './given-up.ts'
import type { Hedge } from './hedge.ts'
import { createPatience } from './patience.ts'
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
/** Whoever sends repeats it, since it has to know that a node may have it. */
const sends = /^eth_send/
/** How long what is sent waits for an endpoint that can be asked, milliseconds: whoever sends comes again. */
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
  const { inOrder, rateLimitRetries, clock, random, hedge, closing } = options

  async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
    const either = signal === undefined ? closing : AbortSignal.any([signal, closing])
    await clock.sleepUntil(clock.now() + ms, either)
  }

  return async (calls, { signal, stickyKey, onUnanswered, ...requestOptions }) => {
    const order = inOrder(stickyKey)
    const mayGoOn = calls.every(({ method }) => repeatable.test(method))
    const isRead = mayGoOn && !calls.some(({ method }) => sends.test(method))
    const patienceMs =
      requestOptions.patienceMs ??
      Math.min(options.patienceMs, isRead ? Number.POSITIVE_INFINITY : sendPatienceMs)
    const patience = createPatience({ clock, random, patienceMs, pauses: rateLimitRetries })
    const excluded = new Set<AskedMember>()
    let tried = new Set<AskedMember>()
    let isUnanswered = false
    let attempts = 0
    let insideFailures = 0
    let failure: LoadTestError | undefined

    const take = (): AskedMember | undefined => {
      const isOpen = (one: AskedMember): boolean => !tried.has(one) && !excluded.has(one)
      const member = order.find((one) => isOpen(one) && one.health.tryAcquire(clock.now()))
      if (member !== undefined) tried.add(member)
      return member
    }

    async function askRead(first: AskedMember): Promise<RpcOutcome[]> {
      const askOf = (member: AskedMember) => async (its: AbortSignal) => {
        attempts += 1
        try {
          await member.verify(its)
          return await member.attempt(calls, its)
        } catch (error) {
          excludeIfFinal(member, error)
          throw error
        }
      }
      const second = (): AskedMember | undefined =>
        take() ?? (first.health.tryAcquire(clock.now()) ? first : undefined)
      return await hedge.run(
        askOf(first),
        () => {
          const member = second()
          return member && askOf(member)
        },
        signal,
      )
    }

    async function askOnce(member: AskedMember): Promise<RpcOutcome[]> {
      attempts += 1
      let isAsked = false
      try {
        await member.verify(signal)
        isAsked = true
        return await member.attempt(calls, signal)
      } catch (error) {
        excludeIfFinal(member, error)
        if (isAsked && error instanceof LoadTestError && error.code === 'CHAIN_UNREACHABLE') {
          isUnanswered = true
          onUnanswered?.()
        }
        throw error
      }
    }

    function excludeIfFinal(member: AskedMember, error: unknown): void {
      if (error instanceof LoadTestError && !mayPass(error, member.isVerified)) excluded.add(member)
    }

    const describe = (last: LoadTestError): LoadTestError => {
      const what = calls.length === 1 ? `${calls[0]?.method}` : `a batch of ${calls.length} calls`
      return givenUp(last, { what, attempts, spentMs: patience.spentMs() })
    }

    /** Waits until somebody may be asked again. @throws the failure when that is no use */
    async function waitForRound(): Promise<void> {
      const left = order.filter((one) => !excluded.has(one))
      const nowMs = clock.now()
      const readyInMs = Math.min(...left.map(({ health }) => health.readyInMs(nowMs)))
      const isPause = readyInMs > 0 && left.some(({ health }) => health.pauseMs(nowMs) === readyInMs)
      const mayWait = left.length > 0 && (isRead || !isUnanswered || (isPause && mayGoOn))
      const waitMs = mayWait
        ? ((isPause ? patience.pauseFor(readyInMs) : undefined) ?? patience.backOff(readyInMs))
        : undefined
      if (waitMs === undefined) {
        if (isPause && mayWait) throw rateLimited(order, readyInMs, failure)
        throw failure === undefined ? noEndpoint(order) : describe(failure)
      }
      tried = new Set()
      await pause(waitMs, signal)
    }

    for (;;) {
      signal?.throwIfAborted()
      if (closing.aborted) throw closing.reason
      const member = take()
      if (member === undefined) {
        await waitForRound()
        continue
      }
      try {
        const outcomes = await (isRead ? askRead(member) : askOnce(member))
        const inside = isRead ? failureInside(outcomes) : undefined
        if (inside === undefined) return outcomes
        if (inside.details.status === undefined && insideFailures >= insideRetries) return outcomes
        insideFailures += 1
        failure = inside
      } catch (error) {
        if (signal?.aborted || !(error instanceof LoadTestError)) throw error
        failure = error
        if (error.code === 'CHAIN_UNREACHABLE' && isUnanswered && !mayGoOn) throw error
      }
    }
  }
}

/** What a single call failed with inside the node; who batches looks at each outcome. */
function failureInside([outcome, ...others]: readonly RpcOutcome[]): LoadTestError | undefined {
  if (outcome === undefined || outcome.ok || others.length > 0) return undefined
  return isNodeFailure(outcome.error) ? outcome.error : undefined
}

function noEndpoint(order: readonly AskedMember[]): LoadTestError {
  return new LoadTestError('CHAIN_UNREACHABLE', `No endpoint is reachable at present (${labelsOf(order)}).`, {
    details: { endpoint: labelsOf(order) },
  })
}

function rateLimited(order: readonly AskedMember[], pauseMs: number, cause: unknown): LoadTestError {
  return new LoadTestError('CHAIN_RATE_LIMITED', `Every endpoint asks for a pause (${labelsOf(order)}).`, {
    ...(cause === undefined ? {} : { cause }),
    details: { endpoint: labelsOf(order), retryAfterMs: Math.ceil(pauseMs) },
  })
}

const labelsOf = (order: readonly AskedMember[]): string => order.map(({ label }) => label).join(', ')
