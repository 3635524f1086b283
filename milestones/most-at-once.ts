import type { FlowTimes } from './flow-times.ts'

/** Returns the highest number of concurrent users. A user who starts at the moment another ends does not overlap it. */
export function mostAtOnce(flows: readonly FlowTimes[]): number {
  const changes = flows.flatMap(({ startedMs, endedMs }) => [
    { atMs: startedMs, by: 1 },
    { atMs: endedMs, by: -1 },
  ])
  let running = 0
  let most = 0
  for (const { by } of changes.sort((a, b) => a.atMs - b.atMs || a.by - b.by)) {
    running += by
    most = Math.max(most, running)
  }
  return most
}
