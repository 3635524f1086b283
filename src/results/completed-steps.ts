import type { FlowRecord } from '../flow/flow-record.ts'
import { type StepName, stepNames } from '../flow/steps.ts'

/**
 * The steps that a flow completed, with their durations in milliseconds, in the order in which they run.
 *
 * A record times every step that began. Of a flow that did not get through, the step in which it ended is not a
 * measurement of that step: it is the one its error names or, where none is named, the last one that began.
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
