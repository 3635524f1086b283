import type { LoadTestConfig } from '../config/load-test-config.ts'
import type { ArrivalPattern } from '../load/arrivals.ts'
import { createRateCurve } from '../load/rate-curve.ts'

/** The arrival pattern that a configuration asks for: ramp-up, plateau and ramp-down, or batches. */
export function arrivalPattern({ users, load }: Pick<LoadTestConfig, 'users' | 'load'>): ArrivalPattern {
  if (load.arrival === 'batch') {
    return { kind: 'batch', users, batchSize: load.batchSize, delayMs: load.batchDelayMs }
  }
  const { ratePerSecond: rate, rampUpMs, sustainMs, rampDownMs } = load
  const curve = createRateCurve([
    { durationMs: rampUpMs, fromPerSecond: 0, toPerSecond: rate },
    { durationMs: sustainMs, fromPerSecond: rate, toPerSecond: rate },
    { durationMs: rampDownMs, fromPerSecond: rate, toPerSecond: 0 },
  ])
  return { kind: load.arrival, users, curve }
}

/** The part of the load profile at a moment, for people. */
export function phaseAt(load: LoadTestConfig['load'], elapsedMs: number): string {
  if (load.arrival === 'batch') return 'batches'
  if (elapsedMs < load.rampUpMs) return 'ramp-up'
  if (elapsedMs < load.rampUpMs + load.sustainMs) return 'sustain'
  return elapsedMs < load.durationMs ? 'ramp-down' : 'drain'
}
