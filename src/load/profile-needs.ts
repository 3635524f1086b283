import { type LoadProfile, rateCurveOf } from './profile.ts'
import { type Part, shareOf } from './split.ts'

/** What one part of a profile takes. */
export type ProfileNeeds = {
  users: number
  /** Most of them in flight at the same time. */
  places: number
  /** From the first to the last moment at which users may be due, in milliseconds; of a closed model the least it can be. */
  durationMs: number
  /** Highest expected rate per second, over all parts; `null` where none is planned. */
  peakPerSecond: number | null
}

/** States what one part of a profile takes. */
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
