import { findRun, readRun, type StoredRun } from '../../results/read-run.ts'
import type { Summary } from '../../results/summary-schema.ts'
import { unfinishedRun } from '../../results/unfinished-run.ts'

/**
 * Reads a run by what people call it.
 *
 * @param resultsDir where runs are looked for
 * @throws LoadTestError RUN_NOT_FOUND; RUN_UNREADABLE, also for a run that has no summary yet
 */
export async function readEndedRun(
  resultsDir: string,
  name: string,
): Promise<StoredRun & { summary: Summary }> {
  const run = await readRun(await findRun(resultsDir, name))
  const { summary } = run
  if (summary === null) throw await unfinishedRun(run, Date.now())
  return { ...run, summary }
}
