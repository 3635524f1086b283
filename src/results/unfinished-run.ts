import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { StoredRun } from './read-run.ts'
import { runFiles } from './run-folder.ts'

/** A run in progress writes a line every second; after this silence it counts as killed. */
const silenceMs = 15_000

/**
 * Describes a run without a summary: how far it got, and what to do about its money.
 *
 * @param nowMs milliseconds since 1970
 * @returns RUN_UNREADABLE, to be thrown
 * @example if (run.summary === null) throw await unfinishedRun(run, Date.now())
 */
export async function unfinishedRun(
  run: Pick<StoredRun, 'path' | 'flows'>,
  nowMs: number,
): Promise<LoadTestError> {
  let flows = 0
  // A missing file has no flows yet.
  try {
    for await (const _ of run.flows()) flows += 1
  } catch {}
  const files = [runFiles.config, runFiles.flows, runFiles.timeline, runFiles.funding]
  const written = await Promise.all(
    files.map((file) =>
      stat(join(run.path, file)).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  )
  const lastMs = Math.max(...written)
  const isSilent = nowMs - lastMs > silenceMs
  const when = lastMs === 0 ? '' : ` It last wrote at ${new Date(lastMs).toISOString()}.`
  return new LoadTestError(
    'RUN_UNREADABLE',
    `${run.path} has no summary: the run ${isSilent ? 'was killed before its end' : 'is in progress or was just killed'}.` +
      ` It recorded ${flows} flows.${when}`,
    {
      hint:
        'Its flows.ndjson, timeline.ndjson and funding.ndjson are valid. Return the funds of its wallets with ' +
        '`vana-load wallets sweep`; `vana-load monitor --watch` follows a run in progress.',
      details: { flows },
    },
  )
}
