import type { FlowRecord } from '../flow/flow-record.ts'
import { type StepName, stepNames } from '../flow/steps.ts'

/**
 * Returns the steps that a flow completed, in order, with their durations in milliseconds.
 *
 * A record times every step that started. If a flow did not succeed, the step in which it ended does not count: the one that its
 * error names or, without a name, the last one that started.
 */
export function completedSteps(record: FlowRecord): [step: StepName, ms: number][] {
  const begun: [StepName, number][] = []
  for (const step of stepNames) {
    const ms = record.steps[step]
    if (ms !== undefined) begun.push([step, ms])
  }
  if (record.outcome === 'succeeded' || record.outcome === 'degraded') return begun
  const endedIn = record.error?.step ?? begun.at(-1)?.[0]
  return begun.filter(([step]) => step !== endedIn)
}
