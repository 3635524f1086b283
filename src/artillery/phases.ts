import { addSpikes } from '../load/add-spikes.ts'
import { arrivals } from '../load/arrivals.ts'
import type { LoadProfile, OpenArrival } from '../load/profile.ts'
import { profilePhases } from '../load/profile-phase.ts'
import type { Part } from '../load/split.ts'
import type { RateStage } from '../load/stage.ts'

/** A phase of an Artillery script, as this program writes it: a number of users, or a pause. */
export type Phase =
  | { name: string; duration: number | string; arrivalCount: number }
  | { name: string; pause: number | string }

/** Number of phases for a stage with a changing rate, since Artillery's own ramps support whole rates only. */
const slicesPerRamp = 10

/**
 * Converts a load to phases of Artillery.
 *
 * Each phase has a number of users instead of a rate. Artillery rejects rates such as 1.67/s and divides a rate among
 * independent threads, but starts all users of an `arrivalCount` from one thread. A phase has exactly the users that are due in
 * it when the profile is evenly spaced. All parts of a load together have the users of the whole.
 *
 * @returns `undefined` for a load without a rate: waves, batches, recorded arrivals
 * @example phasesOf(profile, wholeLoad)?.[0] // { name: 'ramp-up 1/10', duration: 60, arrivalCount: 8 }
 */
export function phasesOf(profile: LoadProfile, part: Part): Phase[] | undefined {
  const { arrival } = profile
  if (arrival.kind !== 'poisson' && arrival.kind !== 'constant') return undefined
  const even: LoadProfile<OpenArrival> = { ...profile, arrival: { ...arrival, kind: 'constant' } }
  const phaseAt = profilePhases(even)
  const slices = addSpikes(arrival.stages, arrival.spikes).flatMap(slicesOf)
  const counts = countArrivals(even, part, slices)
  let fromMs = 0
  return slices.map(({ durationMs, of }, i) => {
    const name = phaseAt(fromMs + durationMs / 2) + of
    fromMs += durationMs
    const arrivalCount = counts[i] ?? 0
    const duration = timeOf(durationMs)
    return arrivalCount > 0 ? { name, duration, arrivalCount } : { name, pause: duration }
  })
}

type Slice = { durationMs: number; of: string }

function slicesOf({ durationMs, fromPerSecond, toPerSecond }: RateStage): Slice[] {
  const count = fromPerSecond === toPerSecond ? 1 : Math.min(slicesPerRamp, Math.floor(durationMs / 1000))
  if (count <= 1) return [{ durationMs, of: '' }]
  // Whole seconds, for readability.
  const edgeMs = (i: number): number =>
    i === count ? durationMs : Math.round((i * durationMs) / count / 1000) * 1000
  return Array.from({ length: count }, (_, i) => ({
    durationMs: edgeMs(i + 1) - edgeMs(i),
    of: ` ${i + 1}/${count}`,
  }))
}

/** Returns how many users of a part are due in each slice. A user due at the very end belongs to the last slice. */
function countArrivals(profile: LoadProfile<OpenArrival>, part: Part, slices: readonly Slice[]): number[] {
  const counts = slices.map(() => 0)
  let slice = 0
  let endMs = slices[0]?.durationMs ?? 0
  for (const { dueMs } of arrivals(profile, '', part)) {
    while (dueMs >= endMs && slice < slices.length - 1) {
      slice++
      endMs += slices[slice]?.durationMs ?? 0
    }
    counts[slice] = (counts[slice] ?? 0) + 1
  }
  return counts
}

/** Formats a time for Artillery: whole seconds as a number, anything else as text. */
function timeOf(durationMs: number): number | string {
  return durationMs % 1000 === 0 ? durationMs / 1000 : `${Math.max(1, Math.round(durationMs))}ms`
}
