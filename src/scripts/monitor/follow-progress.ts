import { formatClock, formatCores, formatCount, formatMs, formatRate } from '../../report/format-value.ts'
import { shownOutcomes } from '../../report/outcome-names.ts'
import { noOutcomes, type OutcomeCounts, outcomeKeys, sumOutcomes } from '../../results/outcome-counts.ts'
import type { TimelineLine } from '../../results/timeline-line.ts'

/** Progress of a run. */
export type Progress = {
  /** `null` when the run does not say. */
  planned: number | null
  ended: OutcomeCounts
  /** The last second; `null` before the first. */
  last: TimelineLine | null
}

/** Where every run begins. */
export const atTheStart = (planned: number | null): Progress => ({
  planned,
  ended: { ...noOutcomes },
  last: null,
})

/** Adds seconds to what is known of a run. */
export function advance(progress: Progress, lines: readonly TimelineLine[]): Progress {
  const ended = { ...progress.ended }
  for (const line of lines) for (const key of outcomeKeys) ended[key] += line.ended[key]
  return { ...progress, ended, last: lines.at(-1) ?? progress.last }
}

/**
 * Writes how far a run has come, on one line.
 *
 * @example describeProgress(progress) // '00:12  ramp-up  active 14  ended 9 of 60 (9 succeeded)  p95 2.1 s  ...'
 */
export function describeProgress({ planned, ended, last }: Progress): string {
  if (last === null) return 'no data of this run yet'
  const done = sumOutcomes(ended)
  const outcomes = shownOutcomes
    .filter(({ key }) => ended[key] > 0)
    .map(({ key, name }) => `${formatCount(ended[key])} ${name}`)
  return [
    formatClock(last.atMs),
    last.phase ?? '',
    `active ${formatCount(last.active)}`,
    `ended ${formatCount(done)}${planned === null ? '' : ` of ${formatCount(planned)}`}${outcomes.length > 0 ? ` (${outcomes.join(', ')})` : ''}`,
    `p95 ${formatMs(last.latencyMs.flow.p95)}`,
    `RPC ${formatRate((last.rpc.calls * 1000) / Math.max(1, last.spanMs))}/s`,
    `CPU ${formatCores(last.resources.cpuCores)}`,
  ]
    .filter((part) => part !== '')
    .join('  ')
}
