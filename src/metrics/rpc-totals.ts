/** What was asked of the chain's RPC endpoints since the start of the run. */
export type RpcTotals = {
  calls: number
  /** Calls that ended in an error, rate limiting included. */
  failed: number
  /** Calls by method. */
  byMethod: Record<string, number>
}

/** No calls at all. */
export const noRpcCalls: RpcTotals = { calls: 0, failed: 0, byMethod: {} }
