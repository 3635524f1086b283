import type { Threshold, thresholdOperators } from './parse-threshold.ts'
import type { ThresholdResult } from './summary-schema.ts'
import type { Measured } from './threshold-metrics.ts'

/**
 * Checks thresholds against measurements, during a run (a snapshot) or after it (the summary).
 *
 * A threshold on a metric without data has the verdict `no-data` and does not hold.
 *
 * @example evaluateThresholds(thresholds, recorder.measurements()).every(({ passed }) => passed)
 */
export function evaluateThresholds(thresholds: readonly Threshold[], measured: Measured): ThresholdResult[] {
  return thresholds.map((threshold) => evaluateThreshold(threshold, measured))
}

/** Checks one threshold against the measurements. */
export function evaluateThreshold(threshold: Threshold, measured: Measured): ThresholdResult {
  const { expression, metric, operator, limit, ofShare } = threshold
  const actual = ofShare ? (metric.share?.(measured) ?? null) : metric.read(measured)
  const unit = ofShare ? 'ratio' : metric.unit
  if (actual === null) return { expression, actual, unit, passed: false, verdict: 'no-data' }
  const passed = compare[operator](actual, limit)
  return { expression, actual, unit, passed, verdict: passed ? 'pass' : 'fail' }
}

/**
 * Returns the first threshold that ends a run early: one with `abort` whose delay is over and that fails. Missing data ends no
 * run.
 *
 * @param elapsedMs milliseconds since the start of the run
 * @example findAbort(thresholds, recorder.measurements(), 31_000)?.expression
 */
export function findAbort(
  thresholds: readonly Threshold[],
  measured: Measured,
  elapsedMs: number,
): ThresholdResult | undefined {
  const due = thresholds.filter(({ abortAfterMs }) => abortAfterMs !== null && elapsedMs >= abortAfterMs)
  return evaluateThresholds(due, measured).find(({ verdict }) => verdict === 'fail')
}

const compare: Record<(typeof thresholdOperators)[number], (actual: number, limit: number) => boolean> = {
  '<': (actual, limit) => actual < limit,
  '<=': (actual, limit) => actual <= limit,
  '>': (actual, limit) => actual > limit,
  '>=': (actual, limit) => actual >= limit,
  '==': (actual, limit) => actual === limit,
  '!=': (actual, limit) => actual !== limit,
}
