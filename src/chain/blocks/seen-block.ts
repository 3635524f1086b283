import type { Block } from '../rpc/chain-reads.ts'

/** A block as this process saw it. */
export type SeenBlock = Block & {
  /** When this process first saw it: monotonic milliseconds, on the timeline of `performance.now()`. */
  seenAtMs: number
}
