import type { ClosedArrival, LoadProfile, OpenArrival } from './profile.ts'

/**
 * Compresses a profile in time: the same users in 1/`factor` of the time, at `factor` times the rate.
 *
 * Compresses only the schedule. Flows take as long as before, so concurrency, patience and timeouts stay unchanged.
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
