import { createRandom, exponential } from '../random/random.ts'
import { type LoadProfile, type OpenArrival, rateCurveOf } from './profile.ts'
import type { RateCurve } from './rate-curve.ts'
import { isOfPart, type LoadIndex, type Part, toLoadIndex, wholeLoad } from './split.ts'

/** The time at which a user is due to start. */
export type Arrival = {
  /** The user's number in the whole load. */
  index: LoadIndex
  /** Milliseconds after the start of the run. */
  dueMs: number
}

/**
 * Yields the arrivals of an open profile in order of time. A pure function of profile, seed and part.
 *
 * Times are absolute, so delays never accumulate, and in whole microseconds, so that floating-point differences between
 * machines do not show. All parts walk the same sequence and keep their own users, so together they are exactly the whole.
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

/** A function of 0, 1, 2, ..., called in this order. */
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
 * Divides the area under the curve evenly among the users. If the rate starts above 0, the first user is due at once. If it
 * rises from 0, each user is due in the middle of its share, so that none is due while the rate is still 0.
 */
function evenTimes(users: number, curve: RateCurve): (index: number) => number {
  const share = curve.totalArrivals / users
  const offset = curve.rateAt(0) > 0 ? 0 : 0.5
  return (index) => toMicroseconds(curve.timeOf((index + offset) * share))
}

/**
 * Draws a Poisson process with a fixed number of users: sums of exponential gaps, scaled so that the gap after the last user
 * ends with the curve. All users are thus due within the curve.
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
