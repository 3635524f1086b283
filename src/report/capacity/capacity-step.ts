import type { CapacityStep } from '../../results/capacity-schema.ts'
import { formatMs, formatRate } from '../format-value.ts'
import { failedThresholds } from './capacity-verdict.ts'

/** Why a rate was measured. */
export const purposeNames: Record<CapacityStep['purpose'], string> = {
  step: 'next rate',
  bisect: 'bisection',
  confirm: 'confirmation',
}

/**
 * Describes the result of a step on one line.
 *
 * @example '4.00/s breaks: success >= 99% (measured 81%); 3.20 flows/s, p50 8.1 s, p95 12.4 s'
 */
export function describeCapacityStep(step: CapacityStep): string {
  const { ratePerSecond, held, flowMs, flowsPerSecond } = step
  const figures = `${formatRate(flowsPerSecond)} flows/s, p50 ${formatMs(flowMs.p50)}, p95 ${formatMs(flowMs.p95)}`
  const verdict = held ? 'holds' : `breaks: ${reasonsToBreak(step).join(', ')}`
  return `${formatRate(ratePerSecond)}/s ${verdict}; ${figures}`
}

/** Lists why a rate did not hold. */
export function reasonsToBreak(step: CapacityStep): string[] {
  const failed = failedThresholds(step)
  return step.stopped === null ? failed : [...failed, `stopped: ${step.stopped}`]
}
