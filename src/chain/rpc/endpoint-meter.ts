import { LatencyHistogram } from '../../metrics/latency-histogram.ts'
import type { EndpointTotals } from '../../metrics/rpc-totals.ts'

/** Counts what goes to one endpoint, and how it ends. */
export type EndpointMeter = {
  /** Calls go out together in one request, after waiting for their turn. */
  sent(calls: number, tokenWaitMs: number): void
  /** The request ended, with so many of its calls in an error, and so many of those being an answer. */
  ended(calls: { failed: number; rejected: number }, durationMs: number): void
  /** Its calls were refused as too many. */
  rateLimited(calls: number): void
  read(): EndpointCounts
}

/** The calls to one endpoint, without what its circuit and pauses add. */
export type EndpointCounts = Pick<
  EndpointTotals,
  'calls' | 'failed' | 'rejected' | 'rateLimited' | 'latencyMs' | 'tokenWaitMs'
>

/**
 * Makes the meter of one endpoint; it takes as much memory after a million calls as after one.
 *
 * @example const meter = createEndpointMeter(); meter.sent(1, 0); meter.ended({ failed: 0, rejected: 0 }, 3.2)
 */
export function createEndpointMeter(): EndpointMeter {
  const latency = new LatencyHistogram()
  const counts = { calls: 0, failed: 0, rejected: 0, rateLimited: 0, tokenWaitMs: 0 }
  return {
    sent(calls, tokenWaitMs) {
      counts.calls += calls
      counts.tokenWaitMs += tokenWaitMs
    },
    ended({ failed, rejected }, durationMs) {
      counts.failed += failed
      counts.rejected += rejected
      latency.record(durationMs)
    },
    rateLimited(calls) {
      counts.rateLimited += calls
    },
    read: () => ({ ...counts, latencyMs: latency.digest() }),
  }
}
