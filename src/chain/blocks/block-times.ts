import type { SeenBlock } from './seen-block.ts'

/**
 * Brings the times of blocks, which are the chain's, to the timeline of `performance.now()`.
 *
 * The chain's clock and this machine's need not agree. The block that was seen soonest after its timestamp is assumed to have
 * been seen at once. So the time of a block can be too late by what even that one took, and too early by the second that
 * timestamps are rounded to.
 */
export class BlockTimes {
  /** The shortest time from a timestamp to when its block was seen, in milliseconds. */
  #soonestMs = Number.POSITIVE_INFINITY

  see({ seenAtMs, timestamp }: SeenBlock): void {
    this.#soonestMs = Math.min(this.#soonestMs, seenAtMs - timestamp * 1000)
  }

  /** The time of a block, never later than it was seen. */
  timeOf({ timestamp, seenAtMs }: SeenBlock): number {
    return Math.min(seenAtMs, timestamp * 1000 + this.#soonestMs)
  }

  /** How far this machine's clock is ahead of the chain's at the least; `null` before the first block. */
  clockAheadMs(): number | null {
    return Number.isFinite(this.#soonestMs) ? Math.round(this.#soonestMs + performance.timeOrigin) : null
  }
}
