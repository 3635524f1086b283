import type { FlowTimes } from './flow-times.ts'

/** Most users that were at work at the same moment; one that starts when another ends is not beside it. */
export function mostAtOnce(flows: readonly FlowTimes[]): number {
  const changes = flows.flatMap(({ startedMs, endedMs }) => [
    { atMs: startedMs, by: 1 },
    { atMs: endedMs, by: -1 },
  ])
  let atWork = 0
  let most = 0
  for (const { by } of changes.sort((a, b) => a.atMs - b.atMs || a.by - b.by)) {
    atWork += by
    most = Math.max(most, atWork)
  }
  return most
}
