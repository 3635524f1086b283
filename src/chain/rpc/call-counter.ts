/** Calls to the chain so far. */
export type CallCounts = {
  total: number
  /** Those that ended in an error, a contract's refusal included. */
  failed: number
  byMethod: Record<string, number>
  /** By the endpoint's URL without its key. */
  byEndpoint: Record<string, number>
}

/** Counts calls, see {@link createCallCounter}. */
export type CallCounter = {
  count(method: string, endpoint: string): void
  countFailures(calls: number): void
  read(): CallCounts
}

/**
 * Counts JSON-RPC calls by method and by endpoint.
 *
 * @example const counter = createCallCounter(); counter.count('eth_call', 'http://127.0.0.1:8545')
 */
export function createCallCounter(): CallCounter {
  const byMethod = new Map<string, number>()
  const byEndpoint = new Map<string, number>()
  let total = 0
  let failed = 0
  return {
    count(method, endpoint) {
      total += 1
      byMethod.set(method, (byMethod.get(method) ?? 0) + 1)
      byEndpoint.set(endpoint, (byEndpoint.get(endpoint) ?? 0) + 1)
    },
    countFailures(calls) {
      failed += calls
    },
    read: () => ({
      total,
      failed,
      byMethod: Object.fromEntries(byMethod),
      byEndpoint: Object.fromEntries(byEndpoint),
    }),
  }
}
