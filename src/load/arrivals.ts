import { createRandom, exponential } from '../random/random.ts'
import { type LoadProfile, type OpenArrival, rateCurveOf } from './profile.ts'
import type { RateCurve } from './rate-curve.ts'
import { isOfPart, type LoadIndex, type Part, toLoadIndex, wholeLoad } from './split.ts'

/** The moment a user is due to start. */
export type Arrival = {
  /** The user's number in the whole load. */
  index: LoadIndex
  /** Milliseconds after the start of the run. */
  dueMs: number
}

/**
 * Yields the arrivals of an open profile in order of time; a pure function of profile, seed and part.
 *
 * Time is absolute, so lateness never accumulates, and in whole microseconds, so that the last bit of a floating-point
 * function is not seen. All parts walk the same sequence and keep each their own users: together they are exactly the
 * whole.
 *
 * @example for (const { index, dueMs } of arrivals(profile, 'seed')) { ... }
 */
export function* arrivals(
  { users, arrival }: LoadProfile<OpenArrival>,
  seed: string,
  part: Part = wholeLoad,
): Generator<Arrival, void, undefined> {
  const dueOf = dueTimes(users, arrival, seed)
  for (let index = 0; index < users; index++) {
    const dueMs = dueOf(index)
    if (isOfPart(index, part)) yield { index: toLoadIndex(index), dueMs }
  }
}

/** A function to be called with 0, 1, 2, ... in turn. */
function dueTimes(users: number, arrival: OpenArrival, seed: string): (index: number) => number {
  switch (arrival.kind) {
    case 'wave':
      return (index) => toMicroseconds(Math.floor(index / arrival.size) * arrival.everyMs)
    case 'replay':
      return (index) => arrival.dueMs[index] ?? 0
    case 'constant':
      return evenTimes(users, rateCurveOf(arrival))
    case 'poisson':
      return poissonTimes(users, rateCurveOf(arrival), seed)
  }
}

/**
 * The users share the area under the curve evenly. Where there is a rate from the start, the first is due at once; where
 * the rate climbs from 0, each is due in the middle of its share, so that nobody comes while the rate is still 0.
 */
function evenTimes(users: number, curve: RateCurve): (index: number) => number {
  const share = curve.totalArrivals / users
  const offset = curve.rateAt(0) > 0 ? 0 : 0.5
  return (index) => toMicroseconds(curve.timeOf((index + offset) * share))
}

/**
 * A Poisson process of which the number of users is known: sums of exponential gaps, stretched so that the gap after the
 * last user ends where the curve ends. So all come within the curve, none in a tail beyond it.
 */
function poissonTimes(users: number, curve: RateCurve, seed: string): (index: number) => number {
  const ahead = createRandom(seed, 'arrivals')
  let sum = 0
  for (let gap = 0; gap <= users; gap++) sum += exponential(ahead)
  const random = createRandom(seed, 'arrivals')
  let position = 0
  return () => {
    position += exponential(random)
    return toMicroseconds(curve.timeOf(curve.totalArrivals * (position / sum)))
  }
}

function toMicroseconds(timeMs: number): number {
  return Math.round(timeMs * 1000) / 1000
}
