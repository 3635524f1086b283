import type { ClosedArrival, LoadProfile, OpenArrival } from '../load/profile.ts'
import { scaleProfile } from '../load/scale-profile.ts'
import type { LoadTestConfig } from './load-test-config.ts'

/** The load profile that a configuration asks for, compressed in time as it says. */
export function loadProfileOf({ users, load }: Pick<LoadTestConfig, 'users' | 'load'>): LoadProfile {
  const { concurrency, patienceMs, timeScale } = load
  return scaleProfile({ users, concurrency, patienceMs, arrival: arrivalOf(load) }, timeScale)
}

function arrivalOf(load: LoadTestConfig['load']): OpenArrival | ClosedArrival {
  switch (load.arrival) {
    case 'poisson':
    case 'constant':
      return { kind: load.arrival, stages: stagesOf(load), spikes: load.spikes }
    case 'wave':
      return { kind: 'wave', size: load.batchSize, everyMs: load.batchDelayMs }
    case 'replay': {
      const recorded = load.replay?.recorded
      return { kind: 'replay', dueMs: recorded && 'dueMs' in recorded ? recorded.dueMs : [] }
    }
    case 'batch':
      return { kind: 'batch', size: load.batchSize, delayMs: load.batchDelayMs }
    case 'at-once':
      return { kind: 'at-once' }
  }
}

/** The stages that were given, or ramp-up, plateau and ramp-down. */
function stagesOf({
  stages,
  ratePerSecond = 0,
  rampUpMs,
  sustainMs = 0,
  rampDownMs,
}: LoadTestConfig['load']) {
  if (stages.length > 0) return stages
  return [
    { durationMs: rampUpMs, fromPerSecond: 0, toPerSecond: ratePerSecond },
    { durationMs: sustainMs, fromPerSecond: ratePerSecond, toPerSecond: ratePerSecond },
    { durationMs: rampDownMs, fromPerSecond: ratePerSecond, toPerSecond: 0 },
  ].filter(({ durationMs }) => durationMs > 0)
}
