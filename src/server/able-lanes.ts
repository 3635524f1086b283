import type { Clock } from '../async/clock.ts'
import type { Lane } from '../chain/lanes/lane.ts'
import type { LaneSend, Submission } from '../chain/lanes/lane-options.ts'
import { createLanePicker } from '../chain/lanes/pick-lane.ts'
import { LoadTestError } from '../errors/load-test-error.ts'

/** How long a lane that could not pay is left out. */
const dryMs = 10_000

/** The lanes of a relay; one that could not pay is left out for a while: somebody may fund it. */
export class AbleLanes {
  readonly #lanes: readonly Lane[]
  readonly #clock: Clock
  readonly #pick: (except?: ReadonlySet<Lane>) => Lane
  /** Lanes that own too little, and until when they are left out, monotonic milliseconds. */
  readonly #dryUntilMs = new Map<Lane, number>()

  constructor(lanes: readonly Lane[], clock: Clock) {
    this.#lanes = lanes
    this.#clock = clock
    this.#pick = createLanePicker(lanes)
  }

  get isEmpty(): boolean {
    return this.#lanes.length === 0
  }

  /** The lane with most room among those that can pay. */
  pick(): Lane {
    for (const [lane, untilMs] of this.#dryUntilMs) {
      if (untilMs <= this.#clock.now()) this.#dryUntilMs.delete(lane)
    }
    return this.#pick(new Set(this.#dryUntilMs.keys()))
  }

  /** Sends a call by a lane, or by another if that one can't pay. @throws as `Lane.send` */
  async send(first: Lane, call: LaneSend): Promise<Submission> {
    for (let lane = first; ; lane = this.pick()) {
      try {
        return await lane.send(call)
      } catch (error) {
        const isDry = error instanceof LoadTestError && error.code === 'CHAIN_INSUFFICIENT_FUNDS'
        if (isDry) this.#dryUntilMs.set(lane, this.#clock.now() + dryMs)
        if (!isDry || this.#dryUntilMs.size === this.#lanes.length) throw error
      }
    }
  }
}
