import type { LoadTestConfig } from './load-test-config.ts'
import type { Problem } from './problem.ts'

type ArrivalKind = LoadTestConfig['load']['arrival']

/** What decides on each kind of arrival, besides users and concurrency. */
const deciding: Record<ArrivalKind | 'stages', { keys: readonly string[]; words: string }> = {
  poisson: rateKeys(),
  constant: rateKeys(),
  stages: { keys: ['load.stages', 'load.spikes', 'load.patience'], words: 'the stages decide' },
  wave: {
    keys: ['load.batchSize', 'load.batchDelay', 'load.patience'],
    words: 'users, batch size and delay decide',
  },
  replay: { keys: ['load.replay', 'load.patience'], words: 'the file decides' },
  batch: {
    keys: ['load.batchSize', 'load.batchDelay'],
    words: 'users, batch size, delay and concurrency decide',
  },
  'at-once': { keys: [], words: 'users and concurrency decide' },
}

function rateKeys() {
  return {
    keys: [
      ...['load.rate', 'load.duration', 'load.rampUp', 'load.sustain', 'load.rampDown'],
      ...['load.spikes', 'load.patience'],
    ],
    words: 'users, rate and time decide',
  }
}

/** Every key that decides on some kind of arrival. */
const allKeys = [...new Set(Object.values(deciding).flatMap(({ keys }) => keys))]

/**
 * Tells values that have no effect on the arrival that was chosen: someone who asked for them expects one.
 *
 * @param hasStages whether the course of the rate is given as stages
 * @param askedFor whether flags, environment or config file give a key
 */
export function findIdleKeys(
  arrival: ArrivalKind,
  hasStages: boolean,
  askedFor: (key: string) => boolean,
): Problem[] {
  const followsRate = arrival === 'poisson' || arrival === 'constant'
  const { keys, words } = deciding[followsRate && hasStages ? 'stages' : arrival]
  const where = followsRate && hasStages ? 'where there are stages' : `on ${arrival} arrival`
  return allKeys
    .filter((key) => askedFor(key) && !keys.includes(key))
    .map((key) => ({ key, found: `has no effect ${where}: ${words}` }))
}
