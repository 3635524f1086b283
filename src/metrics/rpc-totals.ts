/** What was asked of the chain's RPC endpoints since the start of the run. */
export type RpcTotals = {
  calls: number
  /** Calls that ended in an error, rate limiting included. */
  failed: number
  /** Calls by method. */
  byMethod: Record<string, number>
}

/**
 * What was asked since an earlier moment.
 *
 * @example rpcSince(before, now).calls
 */
export function rpcSince(before: RpcTotals, now: RpcTotals): RpcTotals {
  const byMethod = Object.entries(now.byMethod)
    .map(([method, calls]) => [method, calls - (before.byMethod[method] ?? 0)] as const)
    .filter(([, calls]) => calls > 0)
  return {
    calls: now.calls - before.calls,
    failed: now.failed - before.failed,
    byMethod: Object.fromEntries(byMethod),
  }
}

/** No calls at all. */
export const noRpcCalls: RpcTotals = { calls: 0, failed: 0, byMethod: {} }
