import type { FlowRecord } from '../flow/flow-record.ts'
import { type StepGroup, type StepName, stepGroups, stepNames } from '../flow/steps.ts'
import { type Digest, type Distribution, LatencyHistogram } from '../metrics/latency-histogram.ts'
import { completedSteps } from './completed-steps.ts'

/** Durations of the steps and their groups. */
export type StepLatencies = {
  record(flow: FlowRecord): void
  steps(): Record<StepName, Digest>
  groups(): Record<StepGroup, Digest>
  /** Distribution per step; see `LatencyHistogram.distribution`. */
  distributions(boundsMs: readonly number[]): Record<StepName, Distribution>
}

const groupNames = Object.keys(stepGroups) as StepGroup[]

/** Makes empty histograms for every step and every group. */
export function createStepLatencies(): StepLatencies {
  const steps = byName(stepNames, () => new LatencyHistogram())
  const groups = byName(groupNames, () => new LatencyHistogram())

  return {
    record(flow) {
      const completed = new Map(completedSteps(flow))
      for (const [step, ms] of completed) steps[step].record(ms)
      for (const group of groupNames) {
        let sumMs: number | null = 0
        for (const step of stepGroups[group]) {
          const ms = completed.get(step)
          sumMs = ms === undefined || sumMs === null ? null : sumMs + ms
        }
        if (sumMs !== null) groups[group].record(sumMs)
      }
    },
    steps: () => byName(stepNames, (step) => steps[step].digest()),
    groups: () => byName(groupNames, (group) => groups[group].digest()),
    distributions: (boundsMs) => byName(stepNames, (step) => steps[step].distribution(boundsMs)),
  }
}

function byName<Name extends string, Value>(
  names: readonly Name[],
  make: (name: Name) => Value,
): Record<Name, Value> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<Name, Value>
}
