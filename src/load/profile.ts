import { addSpikes } from './add-spikes.ts'
import { createRateCurve, type RateCurve } from './rate-curve.ts'
import type { RateStage, Spike } from './stage.ts'

/**
 * Users arrive on a schedule, whether or not others have ended: an open model, like real traffic. Due times are fixed before
 * the run.
 */
export type OpenArrival =
  /** At a rate, as a Poisson process or evenly spaced. Spikes add to the stages. */
  | {
      kind: 'poisson' | 'constant'
      stages: readonly RateStage[]
      spikes: readonly Spike[]
    }
  /** `size` users at once, every `everyMs`. */
  | { kind: 'wave'; size: number; everyMs: number }
  /** At recorded times: milliseconds from the start, ascending. */
  | { kind: 'replay'; dueMs: readonly number[] }

/** Users start as others end: a closed model. Due times depend on the run. */
export type ClosedArrival =
  /** Batches of `size` users. The next starts `delayMs` after the last user of the previous one has ended. */
  | { kind: 'batch'; size: number; delayMs: number }
  /** Every user as soon as a slot is free. */
  | { kind: 'at-once' }

/**
 * A load profile: how many users arrive, when, and how many run at once. It is plain data that can be checked
 * (`checkProfile`), described (`describeProfile`, `profileNeeds`), drawn (`drawProfile`), turned into arrivals (`arrivals`)
 * and run (`runProfile`).
 */
export type LoadProfile<Arrival = OpenArrival | ClosedArrival> = {
  /** For the whole load, over all of its parts. */
  users: number
  /** Highest number of users in flight, over all parts. */
  concurrency: number
  /** How long a due user waits for a slot before it is dropped, in milliseconds. Only in an open model. */
  patienceMs: number
  /** Factor by which the profile was compressed in time. @default 1 */
  timeScale?: number
  arrival: Arrival
}

/** Returns whether users arrive on a schedule, so that all due times are known before the run. */
export function isOpen(profile: LoadProfile): profile is LoadProfile<OpenArrival> {
  return profile.arrival.kind !== 'batch' && profile.arrival.kind !== 'at-once'
}

/** Returns the rate of users over time, including spikes, of arrivals at a rate. */
export function rateCurveOf({
  stages,
  spikes,
}: {
  stages: readonly RateStage[]
  spikes: readonly Spike[]
}): RateCurve {
  return createRateCurve(addSpikes(stages, spikes))
}
