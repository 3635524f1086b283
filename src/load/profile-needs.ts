import { type LoadProfile, rateCurveOf } from './profile.ts'
import { type Part, shareOf } from './split.ts'

/** Requirements of one part of a profile. */
export type ProfileNeeds = {
  users: number
  /** Highest number of users in flight. */
  places: number
  /** Time from the first to the last possible due time, in milliseconds; the minimum in a closed model. */
  durationMs: number
  /** Highest expected rate per second, over all parts; `null` if the profile has no rate. */
  peakPerSecond: number | null
}

/** Computes the requirements of one part of a profile. */
export function profileNeeds({ users, concurrency, arrival }: LoadProfile, part: Part): ProfileNeeds {
  const share = { users: shareOf(users, part), places: shareOf(concurrency, part) }
  switch (arrival.kind) {
    case 'poisson':
    case 'constant': {
      const { durationMs, peakPerSecond } = rateCurveOf(arrival)
      return { ...share, durationMs, peakPerSecond }
    }
    case 'wave':
      return {
        ...share,
        durationMs: (Math.ceil(users / arrival.size) - 1) * arrival.everyMs,
        peakPerSecond: null,
      }
    case 'replay':
      return { ...share, durationMs: arrival.dueMs.at(-1) ?? 0, peakPerSecond: null }
    case 'batch':
      return {
        users: share.users,
        places: Math.min(share.places, shareOf(arrival.size, part)),
        durationMs: (Math.ceil(users / arrival.size) - 1) * arrival.delayMs,
        peakPerSecond: null,
      }
    case 'at-once':
      return { ...share, durationMs: 0, peakPerSecond: null }
  }
}
