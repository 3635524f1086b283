import { createRandom, exponential } from '../random/random.ts'
import type { RateCurve } from './rate-curve.ts'

/** The moment a user is due to start, fixed before the run. */
export type Arrival = {
  /** Number of the user, from 0, across all parts of a split load. */
  index: number
  /** Milliseconds after the start of the run. */
  dueMs: number
}

/** Which share of the users this process starts: part `index` (from 0) of `count`. */
export type Part = { index: number; count: number }

/** How users come. */
export type ArrivalPattern =
  | { kind: 'poisson' | 'constant'; users: number; curve: RateCurve }
  | { kind: 'batch'; users: number; batchSize: number; delayMs: number }

/**
 * Yields the arrivals of a pattern in order of time; a pure function of pattern, seed and part.
 *
 * Open patterns place the user's number, or for a Poisson process the sum of exponential gaps, on the integrated rate:
 * time is absolute, so lateness never accumulates. All parts walk the same sequence and keep each their own users,
 * so together they are exactly the whole.
 *
 * @example for (const { index, dueMs } of arrivals({ kind: 'poisson', users: 60, curve }, 'seed')) { ... }
 */
export function* arrivals(
  pattern: ArrivalPattern,
  seed: string,
  part: Part = { index: 0, count: 1 },
): Generator<Arrival, void, undefined> {
  const dueOf = dueTimes(pattern, seed)
  for (let index = 0; index < pattern.users; index++) {
    const dueMs = dueOf(index)
    if (index % part.count === part.index) yield { index, dueMs }
  }
}

/** A function to be called with 0, 1, 2, ... in turn. */
function dueTimes(pattern: ArrivalPattern, seed: string): (index: number) => number {
  if (pattern.kind === 'batch') {
    return (index) => Math.floor(index / pattern.batchSize) * pattern.delayMs
  }
  if (pattern.kind === 'constant') return (index) => pattern.curve.timeOf(index)
  const random = createRandom(seed, 'arrivals')
  let position = 0
  return () => {
    position += exponential(random)
    return timeBeyond(pattern.curve, position)
  }
}

/** A Poisson draw may need more room than the curve has: its last positive rate then simply goes on. */
function timeBeyond(curve: RateCurve, position: number): number {
  const excess = position - curve.totalArrivals
  if (excess <= 0) return curve.timeOf(position)
  const meanRatePerMs = curve.totalArrivals / curve.durationMs
  return curve.durationMs + excess / meanRatePerMs
}
