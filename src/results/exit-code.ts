import { targetFaults } from '../errors/target-faults.ts'
import type { ExitCode, Stop, ThresholdResult } from './summary-schema.ts'

/**
 * Returns the exit code of a run that took place.
 *
 * | run | code |
 * |---|---|
 * | interrupted | 130 |
 * | lost its target | 3 |
 * | broke one of its guarantees, or ended in an unexpected error | 1 |
 * | stopped by the breaker, the spending cap or the first failure | 5 |
 * | a threshold failed or ended it, or it is worse than its baseline | 4 |
 * | has only problems caused by the target, such as funds that could not be returned | 3 |
 * | otherwise | 0 |
 */
export function exitCodeOf(run: {
  stopped: Stop | null
  problems: readonly { code: string }[]
  thresholds: readonly Pick<ThresholdResult, 'passed'>[]
  baseline?: { passed: boolean } | null
}): ExitCode {
  if (run.stopped?.reason === 'interrupted') return 130
  if (run.stopped?.reason === 'target-lost') return 3
  if (run.problems.some(isOwnFault) || run.stopped?.reason === 'error') return 1
  if (run.stopped?.reason === 'threshold') return 4
  if (run.stopped !== null) return 5
  const held = run.thresholds.every((threshold) => threshold.passed) && run.baseline?.passed !== false
  if (!held) return 4
  return run.problems.length > 0 ? 3 : 0
}

/** Returns whether a problem is a guarantee that this program broke, instead of one caused by the target. */
export const isOwnFault = ({ code }: { code: string }): boolean => !targetFaults.has(code)
