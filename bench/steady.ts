import type { TimelineLine } from '../src/results/timeline-line.ts'

/** Number of flows to end before counting starts, while much of the generator's code is still being compiled. */
const first = 300

/**
 * Computes the generator's CPU time per flow in milliseconds once its code is compiled: over the seconds between the end of the
 * first flows and the start of the last, in which as many flows start as end.
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
