import type { LoadTestConfig } from '../config/load-test-config.ts'
import { findAbort } from '../results/evaluate-thresholds.ts'
import type { Threshold } from '../results/parse-threshold.ts'
import { writeValue } from '../results/threshold-units.ts'
import type { RunObserver } from './run-observer.ts'
import type { StopControl } from './stop-control.ts'

/**
 * Makes the observer that stops a run at its first failure, at its spending cap, or when a threshold with `abort` fails.
 *
 * A new rule needs a reason in `src/results/summary-schema.ts`, a headline in `src/report/verdict.ts`, and, unless its exit code
 * is 5, a line in `src/results/exit-code.ts`.
 */
export function createStopRules(options: {
  config: Pick<LoadTestConfig, 'failFast'>
  thresholds: readonly Threshold[]
  stop: Pick<StopControl, 'stop'>
}): RunObserver {
  const { config, thresholds, stop } = options
  return {
    ended({ index, outcome, error }) {
      if (config.failFast && (outcome === 'failed' || outcome === 'timed-out')) {
        stop.stop({ reason: 'fail-fast', message: `flow ${index} ${outcome}` })
      } else if (error?.code === 'SPENDING_CAP' && outcome === 'failed') {
        stop.stop({ reason: 'spending-cap', message: error.message })
      }
    },
    tick({ snapshot, elapsedMs }) {
      const broken = findAbort(thresholds, snapshot, elapsedMs)
      if (broken === undefined) return
      const { expression, actual, unit } = broken
      stop.stop({ reason: 'threshold', message: `${expression}: it was ${writeValue(actual, unit)}` })
    },
  }
}
