import type { Digest } from './latency-histogram.ts'

/** What one RPC endpoint had to do, and what it kept the run waiting for. */
export type EndpointTotals = {
  calls: number
  /** Calls that ended in an error, rate limiting included. */
  failed: number
  /** Of the failed: the error was the answer to the call (a revert, a used nonce), and the endpoint did its work. */
  rejected: number
  /** Calls that it answered with "too many requests". */
  rateLimited: number
  /** From the request to its answer, whatever that was; requests of several calls count once. */
  latencyMs: Digest
  /** Time that requests waited for their turn under the rate that the run set itself, added up. */
  tokenWaitMs: number
  /** Time for which it had asked for a pause. */
  pausedMs: number
  /** Time for which its circuit was open after failures in a row. */
  openMs: number
  /** Blocks that it was behind the best other endpoint, at most; `null` when there was none to compare with. */
  maxHeadLag: number | null
  /** Whether it claimed a newest block that it did not have. */
  falseHead: boolean
  /** Longest time for which its newest block stood still while somebody waited for a block. */
  maxStallMs: number
}

/** What was asked of RPC endpoints. */
export type RpcCalls = {
  calls: number
  /** Calls that ended in an error, rate limiting included. */
  failed: number
  /** Calls by method. */
  byMethod: Record<string, number>
  /** By the endpoint's URL, without its key. */
  byEndpoint: Record<string, EndpointTotals>
}

/** What was asked of the chain's RPC endpoints since the start of the run. */
export type RpcTotals = RpcCalls & {
  /** How far this machine's clock was ahead of a new block's timestamp, at the least; `null` before the first block. */
  clockAheadMs: number | null
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
    byEndpoint: Object.fromEntries(
      Object.entries(now.byEndpoint).map(([label, totals]) => [
        label,
        endpointSince(before.byEndpoint[label], totals),
      ]),
    ),
    clockAheadMs: now.clockAheadMs,
  }
}

/** A digest cannot be taken apart: latencies stay those of all that the client has asked. */
function endpointSince(before: EndpointTotals | undefined, now: EndpointTotals): EndpointTotals {
  if (before === undefined) return now
  return {
    ...now,
    calls: now.calls - before.calls,
    failed: now.failed - before.failed,
    rejected: now.rejected - before.rejected,
    rateLimited: now.rateLimited - before.rateLimited,
    tokenWaitMs: now.tokenWaitMs - before.tokenWaitMs,
    pausedMs: now.pausedMs - before.pausedMs,
    openMs: now.openMs - before.openMs,
  }
}

/** No calls at all. */
export const noRpcCalls: RpcTotals = {
  calls: 0,
  failed: 0,
  byMethod: {},
  byEndpoint: {},
  clockAheadMs: null,
}
