import type { Digest } from '../metrics/latency-histogram.ts'
import { type WaitKind, waitKinds } from '../results/wait-kinds.ts'
import { formatMs } from './format-value.ts'

/** What users wait for, in words. */
export const waitNames: Record<WaitKind, string> = {
  place: 'a place',
  gate: 'the protection of the target',
  funding: 'funds',
}

/** Shorter waits, at p99 in milliseconds, are not worth a line. */
export const notableWaitMs = 100

/** Rows of a table for the waits that are worth one: what for, and how long. */
export function waitRows({ waits }: { waits: Record<WaitKind, Digest> }): [string, string][] {
  return waitKinds
    .filter((kind) => (waits[kind].p99 ?? 0) >= notableWaitMs)
    .map((kind) => {
      const { p50, p95, p99, max } = waits[kind]
      const figures = `p50 ${formatMs(p50)}, p95 ${formatMs(p95)}, p99 ${formatMs(p99)}, max ${formatMs(max)}`
      return [`Wait for ${waitNames[kind]}`, figures]
    })
}
