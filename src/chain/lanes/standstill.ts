import type { Sighting } from '../blocks/finality.ts'
import type { LaneEntry } from './lane-entry.ts'
import type { NonceAllocator } from './nonce-allocator.ts'

/** How long a lane may stand still. */
export type StandstillLimits = {
  /** Blocks without progress after which a node is asked whether it still has the head of the line. */
  askAfterBlocks: number
  /** Blocks without progress after which the lane is stuck. */
  stuckAfterBlocks: number
  /** The same in milliseconds, for chains that make no blocks while nothing happens. */
  stuckAfterMs: number
}

/** What a standstill calls for: nothing, asking for the head of the line, or getting it going again. */
export type StandstillRemedy = 'wait' | 'ask' | 'unstick'

/** Since when nothing of a lane has been mined, although something waits to be. */
export class Standstill {
  readonly #limits: StandstillLimits
  #since: Sighting = { block: 0, atMs: 0 }
  #askedAtBlock = 0
  #confirmed = -1
  /** The lowest pending transaction that is in no block. */
  #waitsFor: LaneEntry | undefined

  constructor(limits: StandstillLimits) {
    this.#limits = limits
  }

  /** Takes a look at the lane. `waitsFor` is its lowest pending transaction that is in no block. */
  look(nonces: NonceAllocator, waitsFor: LaneEntry | undefined, now: Sighting): StandstillRemedy {
    const { confirmed, next } = nonces
    // Without anything pending a lane stands still and is not stuck: the clock starts with what it waits for.
    if (confirmed !== this.#confirmed || waitsFor !== this.#waitsFor || confirmed === next) {
      this.#begin(now)
      this.#confirmed = confirmed
      this.#waitsFor = waitsFor
      return 'wait'
    }
    const { askAfterBlocks, stuckAfterBlocks, stuckAfterMs } = this.#limits
    if (now.block - this.#since.block >= stuckAfterBlocks || now.atMs - this.#since.atMs >= stuckAfterMs) {
      this.#begin(now)
      return 'unstick'
    }
    if (now.block - this.#askedAtBlock < askAfterBlocks) return 'wait'
    this.#askedAtBlock = now.block
    return 'ask'
  }

  #begin(now: Sighting): void {
    this.#since = now
    this.#askedAtBlock = now.block
  }
}
