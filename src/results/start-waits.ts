import type { FlowWaits } from '../flow/flow-record.ts'
import { type Digest, type Distribution, LatencyHistogram } from '../metrics/latency-histogram.ts'
import type { WaitKind } from './wait-kinds.ts'

/** Waits of a run's users before they started. */
export type StartWaits = {
  record(waits: FlowWaits): void
  digests(): Record<WaitKind, Digest>
  distributions(boundsMs: readonly number[]): Record<WaitKind, Distribution>
}

/** Makes an empty histogram for each kind of wait. Users who did not wait count with 0. */
export function createStartWaits(): StartWaits {
  const place = new LatencyHistogram()
  const gate = new LatencyHistogram()
  const funding = new LatencyHistogram()
  return {
    record({ placeMs, gateMs, fundingMs }) {
      place.record(placeMs)
      gate.record(gateMs)
      funding.record(fundingMs)
    },
    digests: () => ({ place: place.digest(), gate: gate.digest(), funding: funding.digest() }),
    distributions: (boundsMs) => ({
      place: place.distribution(boundsMs),
      gate: gate.distribution(boundsMs),
      funding: funding.distribution(boundsMs),
    }),
  }
}
