import type { TargetConnection } from '../flow/connect-target.ts'
import type { RpcTotals } from '../metrics/rpc-totals.ts'
import type { StallWatch } from './watch-stalls.ts'

/** The RPC calls that a connection has made so far. */
export function rpcTotalsOf(
  { rpc, feed }: Pick<TargetConnection, 'rpc' | 'feed'>,
  stalls: Pick<StallWatch, 'maxStallMs'>,
): RpcTotals {
  const { total, failed, byMethod } = rpc.calls()
  const byEndpoint = Object.fromEntries(
    rpc
      .endpoints()
      .map(({ label, state: _state, headLag: _headLag, stalledMs: _stalledMs, ...totals }) => [
        label,
        { ...totals, maxStallMs: stalls.maxStallMs(label) },
      ]),
  )
  return { calls: total, failed, byMethod, byEndpoint, clockAheadMs: feed.stats().clockAheadMs }
}
