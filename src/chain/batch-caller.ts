import { LoadTestError } from '../errors/load-test-error.ts'
import type { RpcOutcome } from './rpc-answer.ts'
import type { RpcCall, RpcPool } from './rpc-pool.ts'

/** How many calls go into one batch; providers refuse more than 20 to 1000. */
const batchSize = 100

/** Calls under way at once where batches are refused. */
const singlesAtOnce = 8

/**
 * Makes a caller of many RPC calls at once: in batches of 100, or one by one where the node refuses batches. What was
 * refused once is not tried again.
 *
 * @returns a function that gives the outcomes in the order of the calls, and throws what the RPC pool throws when no
 * node answers
 * @example const callAll = createBatchCaller(rpc); const outcomes = await callAll(calls)
 */
export function createBatchCaller(rpc: RpcPool): (calls: readonly RpcCall[]) => Promise<RpcOutcome[]> {
  let hasBatches = true

  async function callSingly(calls: readonly RpcCall[]): Promise<RpcOutcome[]> {
    const outcomes: RpcOutcome[] = []
    for (let i = 0; i < calls.length; i += singlesAtOnce) {
      outcomes.push(...(await Promise.all(calls.slice(i, i + singlesAtOnce).map(callOne))))
    }
    return outcomes
  }

  async function callOne({ method, params }: RpcCall): Promise<RpcOutcome> {
    try {
      return { ok: true, result: await rpc.request(method, params) }
    } catch (error) {
      if (error instanceof LoadTestError && typeof error.details.code === 'number')
        return { ok: false, error }
      throw error
    }
  }

  async function callInBatches(calls: readonly RpcCall[]): Promise<RpcOutcome[] | undefined> {
    const outcomes: RpcOutcome[] = []
    for (let i = 0; i < calls.length; i += batchSize) {
      const chunk = await tryBatch(rpc, calls.slice(i, i + batchSize))
      if (chunk === undefined) return undefined
      outcomes.push(...chunk)
    }
    return outcomes
  }

  return async (calls) => {
    if (hasBatches && calls.length > 1) {
      const outcomes = await callInBatches(calls)
      if (outcomes !== undefined) return outcomes
      hasBatches = false
    }
    return await callSingly(calls)
  }
}

/** `undefined` if the node refuses batches: by an HTTP status, or with one and the same error for every call. */
async function tryBatch(rpc: RpcPool, calls: readonly RpcCall[]): Promise<RpcOutcome[] | undefined> {
  try {
    const outcomes = await rpc.batch(calls)
    const refused = outcomes.every((outcome) => !outcome.ok && outcome.error.code === 'CHAIN_RPC_ERROR')
    return refused && outcomes.length > 1 ? undefined : outcomes
  } catch (error) {
    const status = error instanceof LoadTestError ? error.details.status : undefined
    if (typeof status === 'number' && status >= 400 && status < 500) return undefined
    throw error
  }
}
