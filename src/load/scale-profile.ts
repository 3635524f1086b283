import type { ClosedArrival, LoadProfile, OpenArrival } from './profile.ts'

/**
 * Compresses a profile in time: the same users in a `factor`-th of the time, at `factor` times the rate.
 *
 * Only the schedule is compressed. A flow takes as long as ever, so concurrency, patience and time-outs stay as they are:
 * they say what the target is to bear, and are no part of the schedule.
 */
export function scaleProfile(profile: LoadProfile, factor: number): LoadProfile {
  if (factor === 1) return profile
  return {
    ...profile,
    timeScale: (profile.timeScale ?? 1) * factor,
    arrival: scaleArrival(profile.arrival, factor),
  }
}

function scaleArrival(arrival: OpenArrival | ClosedArrival, factor: number): OpenArrival | ClosedArrival {
  switch (arrival.kind) {
    case 'poisson':
    case 'constant':
      return {
        ...arrival,
        stages: arrival.stages.map((stage) => ({
          durationMs: stage.durationMs / factor,
          fromPerSecond: stage.fromPerSecond * factor,
          toPerSecond: stage.toPerSecond * factor,
        })),
        spikes: arrival.spikes.map((spike) => ({
          atMs: spike.atMs / factor,
          durationMs: spike.durationMs / factor,
          perSecond: spike.perSecond * factor,
        })),
      }
    case 'wave':
      return { ...arrival, everyMs: arrival.everyMs / factor }
    case 'replay':
      return { ...arrival, dueMs: arrival.dueMs.map((dueMs) => dueMs / factor) }
    case 'batch':
      return { ...arrival, delayMs: arrival.delayMs / factor }
    case 'at-once':
      return arrival
  }
}
