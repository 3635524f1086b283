import type { ExitCode, Stop, ThresholdResult } from './summary-schema.ts'

/**
 * The exit code of a run that took place.
 *
 * | run | code |
 * |---|---|
 * | interrupted | 130 |
 * | lost its target | 3 |
 * | broke a promise of its own, or ended in an unexpected error | 1 |
 * | stopped by the breaker, the spending cap or the first failure | 5 |
 * | a threshold failed, or ended it; worse than its baseline | 4 |
 * | otherwise | 0 |
 */
export function exitCodeOf(run: {
  stopped: Stop | null
  problems: readonly unknown[]
  thresholds: readonly Pick<ThresholdResult, 'passed'>[]
  baseline?: { passed: boolean } | null
}): ExitCode {
  if (run.stopped?.reason === 'interrupted') return 130
  if (run.stopped?.reason === 'target-lost') return 3
  if (run.problems.length > 0 || run.stopped?.reason === 'error') return 1
  if (run.stopped?.reason === 'threshold') return 4
  if (run.stopped !== null) return 5
  return run.thresholds.every((threshold) => threshold.passed) && run.baseline?.passed !== false ? 0 : 4
}
