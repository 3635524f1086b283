import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { StoredRun } from './read-run.ts'
import { runFiles } from './run-folder.ts'

/** A run under way writes a line every second; longer silent than this, it is not taken for alive. */
const silenceMs = 15_000

/**
 * Says of a run without a summary that it has no end, how far it got, and what can be done about its money.
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
  // A file that is not there yet holds no flow.
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
    `${run.path} has no summary: the run ${isSilent ? 'was killed before its end' : 'is under way, or was killed just now'}.` +
      ` It wrote down ${flows} flows.${when}`,
    {
      hint:
        'What it wrote down holds: flows.ndjson, timeline.ndjson and funding.ndjson. What its wallets hold comes back with ' +
        '`vana-load wallets sweep`; `vana-load monitor --watch` follows a run under way.',
      details: { flows },
    },
  )
}
