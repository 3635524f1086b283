import { LoadTestError } from '../../errors/load-test-error.ts'
import type { RpcCall, RpcPool, RpcRequestOptions } from './rpc.ts'
import type { RpcOutcome } from './rpc-answer.ts'
import { isNodeFailure } from './rpc-error.ts'

/** How many calls go into one batch; providers refuse more than 20 to 1000. */
const batchSize = 100

/** Calls in flight at once where batches are refused. */
const singlesAtOnce = 8

/** Makes many calls, see {@link createBatchCaller}. */
export type BatchCaller = (
  calls: readonly RpcCall[],
  options?: Pick<RpcRequestOptions, 'signal'>,
) => Promise<RpcOutcome[]>

/** Outcomes of a batch, or why there are none: the node does not take batches, or something failed that may pass. */
type BatchAnswer = RpcOutcome[] | 'refused' | 'failed'

/**
 * Makes a caller of many RPC calls at once: in batches of 100, or one by one where the node refuses batches.
 *
 * Gateways refuse batches by any HTTP status, by one error for the whole, or by an answer with calls missing. After each of
 * these the calls are made one by one. Batches are not tried again when a single call worked where the batch was refused, or
 * had failed twice in a row.
 *
 * @returns a function that gives the outcomes in the order of the calls, and throws what the RPC pool throws when no
 * node answers
 * @example const callAll = createBatchCaller(rpc); const outcomes = await callAll(calls, { signal })
 */
export function createBatchCaller(rpc: RpcPool): BatchCaller {
  let hasBatches = true

  async function callOne({ method, params }: RpcCall, options: RpcRequestOptions): Promise<RpcOutcome> {
    try {
      return { ok: true, result: await rpc.request(method, params, options) }
    } catch (error) {
      if (error instanceof LoadTestError && typeof error.details.code === 'number')
        return { ok: false, error }
      throw error
    }
  }

  async function callSingly(calls: readonly RpcCall[], options: RpcRequestOptions): Promise<RpcOutcome[]> {
    const outcomes: RpcOutcome[] = []
    for (let i = 0; i < calls.length; i += singlesAtOnce) {
      const some = calls.slice(i, i + singlesAtOnce).map((call) => callOne(call, options))
      outcomes.push(...(await Promise.all(some)))
    }
    return outcomes
  }

  async function tryBatch(calls: readonly RpcCall[], options: RpcRequestOptions): Promise<BatchAnswer> {
    try {
      // Without patience: single calls are the way out.
      const outcomes = await rpc.batch(calls, { ...options, patienceMs: 0 })
      const errors = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.error]))
      if (errors.length < calls.length) return outcomes
      if (errors.every(isNodeFailure)) return 'failed'
      return errors.every(({ code }) => code === 'CHAIN_RPC_ERROR') ? 'refused' : outcomes
    } catch (error) {
      if (options.signal?.aborted || !(error instanceof LoadTestError)) throw error
      const { status } = error.details
      const isClientError = typeof status === 'number' && status < 500 && error.code !== 'CHAIN_RATE_LIMITED'
      return isClientError ? 'refused' : 'failed'
    }
  }

  /** Makes the calls that a batch left unanswered one by one. */
  async function complete(
    calls: readonly RpcCall[],
    outcomes: readonly RpcOutcome[],
    options: RpcRequestOptions,
  ): Promise<RpcOutcome[]> {
    const isOpen = (i: number): boolean => {
      const outcome = outcomes[i]
      return outcome === undefined || (!outcome.ok && isNodeFailure(outcome.error))
    }
    const again = await callSingly(
      calls.filter((_, i) => isOpen(i)),
      options,
    )
    return calls.flatMap((_, i) => (isOpen(i) ? again.shift() : outcomes[i]) ?? [])
  }

  async function callTogether(calls: readonly RpcCall[], options: RpcRequestOptions): Promise<RpcOutcome[]> {
    const done: RpcOutcome[] = []
    for (let failures = 0; hasBatches; ) {
      const [next, ...rest] = calls.slice(done.length)
      if (next === undefined || rest.length === 0) break
      const answer = await tryBatch([next, ...rest], options)
      if (typeof answer !== 'string') {
        done.push(...(await complete([next, ...rest], answer, options)))
        break
      }
      // Where a single call does not work either, the batch was not to blame.
      const single = await callOne(next, options)
      done.push(single)
      if (!single.ok) break
      failures += answer === 'refused' ? 2 : 1
      if (failures >= 2) hasBatches = false
    }
    return [...done, ...(await callSingly(calls.slice(done.length), options))]
  }

  return async (calls, options = {}) => {
    const outcomes: RpcOutcome[] = []
    for (let i = 0; i < calls.length; i += batchSize) {
      outcomes.push(...(await callTogether(calls.slice(i, i + batchSize), options)))
    }
    return outcomes
  }
}
