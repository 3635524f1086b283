import type { LoadRun } from './load-runs.ts'
import { readRun } from './program.ts'

/** When a user was due, started and ended, in milliseconds since the start of the run. */
export type FlowTimes = { index: number; dueMs: number; startedMs: number; endedMs: number }

/** Returns the times of all users who started, in the order in which they were due. */
export async function flowTimes({ folder }: LoadRun): Promise<FlowTimes[]> {
  const times: FlowTimes[] = []
  for await (const { index, dueMs, startedMs, endedMs } of (await readRun(folder.path)).flows()) {
    if (startedMs !== null) times.push({ index, dueMs, startedMs, endedMs })
  }
  return times.sort((a, b) => a.dueMs - b.dueMs || a.index - b.index)
}
