import type { TimelineLine } from '../src/results/timeline-line.ts'

/** Flows that end before anything is counted: until then much of the generator's code is still being compiled. */
const first = 300

/**
 * What a flow costs the generator in CPU milliseconds once its code is compiled: over the seconds of a run between the
 * end of its first flows and the start of its last, in which as many start as end.
 */
export function steadyCpuMsPerFlow(timeline: readonly TimelineLine[], users: number): number {
  let [startedBefore, endedBefore, cpuMs, flows] = [0, 0, 0, 0]
  for (const { started, ended, resources, spanMs } of timeline) {
    const endedNow = Object.values(ended).reduce((sum, count) => sum + count, 0)
    if (endedBefore >= first && startedBefore + started < users) {
      cpuMs += resources.cpuCores * spanMs
      flows += endedNow
    }
    startedBefore += started
    endedBefore += endedNow
  }
  return cpuMs / flows
}
