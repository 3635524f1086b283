import type { Problem } from './problem.ts'
import type { SettledLoad } from './settle-load.ts'

/** What decides a load that comes in batches. */
export type Batches = { users: number; batchSize: number; batchDelayMs: number }

/**
 * Completes a load that comes in batches: users, size and delay decide; rate and time follow.
 *
 * @example settleBatches({ users: 50, batchSize: 5, batchDelayMs: 8000 })
 */
export function settleBatches({ users, batchSize, batchDelayMs }: Batches): SettledLoad {
  const durationMs = (Math.ceil(users / batchSize) - 1) * batchDelayMs
  const ratePerSecond = batchSize / (batchDelayMs / 1000)
  return {
    shape: { users, ratePerSecond, durationMs, rampUpMs: 0, sustainMs: durationMs, rampDownMs: 0 },
    notes: [],
  }
}

const shapeKeys = ['load.rate', 'load.duration', 'load.rampUp', 'load.sustain', 'load.rampDown']
const batchKeys = ['load.batchSize', 'load.batchDelay']

/**
 * Tells values that have no effect on the arrival that was chosen: someone who asked for them expects one.
 *
 * @param askedFor whether flags, environment or config file give a key
 */
export function findIdleKeys(isBatch: boolean, askedFor: (key: string) => boolean): Problem[] {
  return (isBatch ? shapeKeys : batchKeys).filter(askedFor).map((key) => ({
    key,
    found: isBatch
      ? 'it has no effect on batch arrival, where users, batch size and delay decide'
      : 'it has no effect unless arrival is batch',
  }))
}
