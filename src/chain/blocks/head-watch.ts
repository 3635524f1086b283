/** How an endpoint's newest block moves, see {@link createHeadWatch}. */
export type HeadWatch = {
  /** Takes in the number of the block that it called its newest. */
  saw(number: number, nowMs: number): void
  /** For how long its newest block has been the same, when that is longer than its blocks ever need; otherwise 0. */
  stalledMs(nowMs: number): number
}

/** Nobody looked for so long: what the head did meanwhile is not known. */
const unwatchedMs = 10_000
/** Without a new block for less than this, no chain stands still. */
const leastStallMs = 30_000
/** As many times its usual time a block may take. */
const patience = 5
/** A head that jumps so far at once has not been reached block by block. */
const farBlocks = 1000

/**
 * Watches whether the newest block of one endpoint goes on, from the answers that it gives anyhow. It stands still when nothing
 * new has come for half a minute and five times the mean time of its blocks. A head that falls back, or leaps far ahead, has not
 * gone on.
 *
 * @example const watch = createHeadWatch(); watch.saw(7, 0); watch.saw(7, 9_000)
 */
export function createHeadWatch(): HeadWatch {
  let number: number | undefined
  let lookedAtMs = Number.NEGATIVE_INFINITY
  let newSinceMs = 0
  /** Time of a block, as a moving mean. */
  let blockMs: number | undefined

  function advance(blocks: number, nowMs: number): void {
    const tookMs = (nowMs - newSinceMs) / blocks
    blockMs = blockMs === undefined ? tookMs : blockMs + (tookMs - blockMs) / 10
    newSinceMs = nowMs
  }

  return {
    saw(seen, nowMs) {
      const blocks = seen - (number ?? seen)
      if (number === undefined || nowMs - lookedAtMs > unwatchedMs) newSinceMs = nowMs
      else if (blocks > 0 && blocks < farBlocks) advance(blocks, nowMs)
      number = seen
      lookedAtMs = nowMs
    },
    stalledMs(nowMs) {
      if (nowMs - lookedAtMs > unwatchedMs) return 0
      const stalledMs = nowMs - newSinceMs
      return stalledMs > Math.max(leastStallMs, patience * (blockMs ?? 0)) ? stalledMs : 0
    },
  }
}
