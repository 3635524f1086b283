import type { Digest } from './latency-histogram.ts'

/** Calls to one RPC endpoint, and the waits that it caused. */
export type EndpointTotals = {
  calls: number
  /** Calls that ended in an error, rate limiting included. */
  failed: number
  /** Failed calls whose error was the correct answer (a revert, a used nonce), so that the endpoint did its work. */
  rejected: number
  /** Calls answered with "too many requests". */
  rateLimited: number
  /** From a request to its response, whatever that was. A request with several calls counts once. */
  latencyMs: Digest
  /** Total time that requests waited because of the run's own rate limit. */
  tokenWaitMs: number
  /** Time in which it had requested a pause. */
  pausedMs: number
  /** Time in which its circuit was open after consecutive failures. */
  openMs: number
  /** Largest number of blocks behind the best other endpoint; `null` without another endpoint. */
  maxHeadLag: number | null
  /** Whether it reported a newest block that it did not have. */
  falseHead: boolean
  /** Longest time without a new block while the run waited for one. */
  maxStallMs: number
}

/** Calls to RPC endpoints. */
export type RpcCalls = {
  calls: number
  /** Calls that ended in an error, rate limiting included. */
  failed: number
  /** Calls by method. */
  byMethod: Record<string, number>
  /** By the endpoint's URL, without its key. */
  byEndpoint: Record<string, EndpointTotals>
}

/** Calls to the chain's RPC endpoints since the start of the run. */
export type RpcTotals = RpcCalls & {
  /** Smallest lead of this machine's clock over a new block's timestamp; `null` before the first block. */
  clockAheadMs: number | null
}

/**
 * Returns the calls since an earlier moment.
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

/** Latencies cover all calls of the client, since a digest cannot be split. */
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

/** Totals without any calls. */
export const noRpcCalls: RpcTotals = {
  calls: 0,
  failed: 0,
  byMethod: {},
  byEndpoint: {},
  clockAheadMs: null,
}
