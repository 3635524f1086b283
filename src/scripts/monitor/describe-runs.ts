import { formatCount, formatElapsed, formatMs, formatRate, formatShare } from '../../report/format-value.ts'
import { textTable } from '../../report/text-table.ts'
import type { StoredRun } from '../../results/read-run.ts'

/** Lists runs, one line each, the latest last. */
export function describeRuns(runs: readonly StoredRun[]): string {
  const rows = runs.map(({ id, summary }) => {
    if (summary === null) return [id, 'running, or killed']
    const { run, users, latencyMs, throughput, exitCode } = summary
    return [
      id,
      run.preset ?? '',
      run.target,
      formatCount(users.planned),
      formatShare(users.planned === 0 ? null : users.succeeded / users.planned),
      formatRate(throughput.flowsPerSecond),
      formatMs(latencyMs.flow.p50),
      formatMs(latencyMs.flow.p95),
      formatElapsed(run.durationMs),
      String(exitCode),
    ]
  })
  const head = ['run', 'preset', 'target', 'users', 'success', 'flows/s', 'p50', 'p95', 'took', 'exit']
  return textTable(head, rows, 3)
}
