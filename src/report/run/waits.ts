import type { WaitKind } from '../../results/wait-kinds.ts'

/** What users wait for before they start. */
export const waitNames: Record<WaitKind, string> = {
  place: 'a free slot',
  gate: 'the rate limit or circuit breaker',
  funding: 'funds',
}

/** Waits shorter than this at p99, in milliseconds, are not reported. */
export const notableWaitMs = 100
