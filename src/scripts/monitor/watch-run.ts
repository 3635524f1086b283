import { join } from 'node:path'
import type { Clock } from '../../async/clock.ts'
import { formatElapsed } from '../../report/format-value.ts'
import { readRun, type StoredRun } from '../../results/read-run.ts'
import { runFiles } from '../../results/run-folder.ts'
import { advance, atTheStart, describeProgress } from './follow-progress.ts'
import { type FinishedRun, isFinished } from './read-history.ts'
import { tailTimeline } from './tail-timeline.ts'

/** A run without a word for so long may have been killed. */
const silenceMs = 15_000

/**
 * Follows a run until it has a summary.
 *
 * @param show is given one line whenever there is something new
 * @returns the finished run; `null` when the signal aborted first
 */
export async function watchRun(
  run: StoredRun,
  options: { clock: Clock; signal: AbortSignal; show: (line: string) => void },
): Promise<FinishedRun | null> {
  const { clock, signal, show } = options
  const tail = tailTimeline(join(run.path, runFiles.timeline))
  let progress = atTheStart(plannedUsers(run.config))
  let heardMs = clock.now()
  try {
    while (!signal.aborted) {
      const lines = await tail.next()
      progress = advance(progress, lines)
      const silentMs = clock.now() - heardMs
      if (lines.length > 0) heardMs = clock.now()
      if (lines.length > 0) show(describeProgress(progress))
      else if (silentMs > silenceMs) {
        show(`${describeProgress(progress)}  no news for ${formatElapsed(silentMs)}: was it killed?`)
      }
      const now = await readRun(run.path)
      if (isFinished(now)) return now
      await clock.sleepUntil(clock.now() + 1000, signal).catch(() => undefined)
    }
    return null
  } finally {
    await tail.close()
  }
}

/** The number of users as `config.json` has it. */
function plannedUsers(config: unknown): number | null {
  const values = fieldOf(config, 'values')
  const users = fieldOf(fieldOf(values, 'users'), 'value')
  return typeof users === 'number' ? users : null
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}
