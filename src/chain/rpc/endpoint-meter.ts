import { type Digest, LatencyHistogram } from '../../metrics/latency-histogram.ts'

/** What went to one endpoint, and how it went. */
export type EndpointMeter = {
  /** Calls go out together in one request, after waiting for their turn. */
  sent(calls: number, tokenWaitMs: number): void
  /** The request ended, with so many of its calls in an error, and so many of those being an answer. */
  ended(calls: { failed: number; rejected: number }, durationMs: number): void
  /** Its calls were refused as too many. */
  rateLimited(calls: number): void
  read(): EndpointCounts
}

/** What went to one endpoint, and how it went. */
export type EndpointCounts = {
  calls: number
  /** Calls that ended in an error. */
  failed: number
  /** Failed calls whose error was the answer (a revert, a used nonce): the endpoint did its work. */
  rejected: number
  /** Of the failed: refused as too many. */
  rateLimited: number
  /** From the request to its answer, whatever that was; requests of several calls count once. */
  latencyMs: Digest
  /** Time that requests waited for their turn under a rate of our own, added up. */
  tokenWaitMs: number
}

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
