import { addSpikes } from './add-spikes.ts'
import { createRateCurve, type RateCurve } from './rate-curve.ts'
import type { RateStage, Spike } from './stage.ts'

/**
 * Users come by the clock, whether or not others have ended: an open model, as real traffic is. Due times are fixed
 * before the run.
 */
export type OpenArrival =
  /** Along a rate: as a Poisson process, or evenly spaced. Spikes come on top of the stages. */
  | {
      kind: 'poisson' | 'constant'
      stages: readonly RateStage[]
      spikes: readonly Spike[]
    }
  /** `size` users at once, every `everyMs`. */
  | { kind: 'wave'; size: number; everyMs: number }
  /** At times that were recorded: milliseconds from the start, ascending. */
  | { kind: 'replay'; dueMs: readonly number[] }

/** Users come as others end: a closed model. When one is due only the run itself can tell. */
export type ClosedArrival =
  /** Batches of `size` users; the next begins `delayMs` after the last user of the one before has ended. */
  | { kind: 'batch'; size: number; delayMs: number }
  /** Everybody as soon as there is a place. */
  | { kind: 'at-once' }

/**
 * A load profile: how many users arrive, when, and how many run at once. Plain data, from which everything
 * else follows: what is wrong with it (`checkProfile`), a sentence (`describeProfile`), what it takes (`profileNeeds`), a
 * picture (`drawProfile`), the arrivals (`arrivals`), and the run itself (`runProfile`).
 */
export type LoadProfile<Arrival = OpenArrival | ClosedArrival> = {
  /** For the whole load, over all of its parts. */
  users: number
  /** Most users in flight at the same time, over all parts. */
  concurrency: number
  /** How long a user that is due waits for a place before it is dropped, in milliseconds; only in an open model. */
  patienceMs: number
  /** How many times faster than it was written down the profile has become. @default 1 */
  timeScale?: number
  arrival: Arrival
}

/** Whether users come by the clock, so that all due times are known before the run. */
export function isOpen(profile: LoadProfile): profile is LoadProfile<OpenArrival> {
  return profile.arrival.kind !== 'batch' && profile.arrival.kind !== 'at-once'
}

/** The rate of users over time, spikes included, of an arrival along a rate. */
export function rateCurveOf({
  stages,
  spikes,
}: {
  stages: readonly RateStage[]
  spikes: readonly Spike[]
}): RateCurve {
  return createRateCurve(addSpikes(stages, spikes))
}
