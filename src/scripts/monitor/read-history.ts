import { join } from 'node:path'
import { listRuns, readRun, type StoredRun } from '../../results/read-run.ts'
import type { Summary } from '../../results/summary-schema.ts'

/** A run that has a summary. */
export type FinishedRun = StoredRun & { summary: Summary }

/** The last runs of a results folder, oldest first; what this version can't read is named apart. */
export type History = { runs: StoredRun[]; finished: FinishedRun[]; unreadable: string[] }

/**
 * Reads the last runs of a results folder: their summaries, not their flows.
 *
 * @param last how many at most
 */
export async function readHistory(resultsDir: string, last: number): Promise<History> {
  const history: History = { runs: [], finished: [], unreadable: [] }
  for (const id of (await listRuns(resultsDir)).slice(-last)) {
    const run = await readRun(join(resultsDir, id)).catch(() => undefined)
    if (run === undefined) {
      history.unreadable.push(id)
      continue
    }
    history.runs.push(run)
    if (isFinished(run)) history.finished.push(run)
  }
  return history
}

/** Whether a run has come to its end and wrote a summary. */
export function isFinished(run: StoredRun): run is FinishedRun {
  return run.summary !== null
}
