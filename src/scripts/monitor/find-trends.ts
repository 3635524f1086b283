import type { Summary } from '../../results/summary-schema.ts'

/** A figure that is followed from run to run. */
export type TrendFigure = 'success' | 'flowsPerSecond' | 'p50' | 'p95' | 'p99' | 'lagP99' | 'cpuMsPerFlow'

/** How a figure of the latest run stands to those of the runs before it. */
export type Trend = {
  figure: TrendFigure
  /** Oldest first; `null` where nothing was measured. */
  values: (number | null)[]
  latest: number | null
  /** Of the runs before the latest; `null` without any. */
  medianBefore: number | null
  /** Change from the median before, as a share of it. */
  change: number | null
  /**
   * `better` or `worse` only when the latest value lies beyond every one of at least three earlier runs: less than that
   * may be chance.
   */
  verdict: 'better' | 'worse' | 'unclear'
}

/** Runs that can be compared: of the same preset, users, target and payer, with the same injected faults. */
export type TrendSeries = {
  preset: string | null
  target: string
  submission: 'direct' | 'relayed'
  faults: readonly string[]
  runs: Summary[]
  trends: Trend[]
}

/** Whether more is better. */
const moreIsBetter: Record<TrendFigure, boolean> = {
  success: true,
  flowsPerSecond: true,
  p50: false,
  p95: false,
  p99: false,
  lagP99: false,
  cpuMsPerFlow: false,
}

const readFigure: Record<TrendFigure, (summary: Summary) => number | null> = {
  success: ({ users }) => (users.planned === 0 ? null : users.succeeded / users.planned),
  flowsPerSecond: ({ throughput }) => throughput.flowsPerSecond,
  p50: ({ latencyMs }) => latencyMs.flow.p50,
  p95: ({ latencyMs }) => latencyMs.flow.p95,
  p99: ({ latencyMs }) => latencyMs.flow.p99,
  lagP99: ({ arrivals }) => arrivals.lagMs.p99,
  cpuMsPerFlow: ({ resources }) => resources.cpuMsPerFlow,
}

const fewestBefore = 3

/**
 * Follows figures from run to run, among runs that can be compared.
 *
 * @param summaries oldest first
 * @returns one series for each preset, number of users, target, payer and set of faults; the one with the latest run last
 */
export function findTrends(summaries: readonly Summary[]): TrendSeries[] {
  const groups = new Map<string, Summary[]>()
  for (const summary of summaries) {
    const { run, users, faults } = summary
    const key = JSON.stringify([
      run.preset,
      run.target,
      users.planned,
      submissionOf(summary),
      faults.toSorted(),
    ])
    const group = groups.get(key) ?? []
    // Taken out and put back, so that the group of the latest run comes last.
    groups.delete(key)
    groups.set(key, [...group, summary])
  }
  return [...groups.values()].map((runs) => ({
    preset: runs[0]?.run.preset ?? null,
    target: runs[0]?.run.target ?? '',
    submission: runs[0] === undefined ? 'direct' : submissionOf(runs[0]),
    faults: runs[0]?.faults ?? [],
    runs,
    trends: (Object.keys(readFigure) as TrendFigure[]).map((figure) => trendOf(figure, runs)),
  }))
}

const submissionOf = ({ money }: Summary): TrendSeries['submission'] =>
  money.payer === 'relayer' ? 'relayed' : 'direct'

function trendOf(figure: TrendFigure, runs: readonly Summary[]): Trend {
  const values = runs.map(readFigure[figure])
  const latest = values.at(-1) ?? null
  const before = values.slice(0, -1).filter((value) => value !== null)
  const medianBefore = median(before)
  const change =
    latest === null || medianBefore === null || medianBefore === 0
      ? null
      : (latest - medianBefore) / medianBefore
  return { figure, values, latest, medianBefore, change, verdict: verdictOn(figure, latest, before) }
}

function verdictOn(figure: TrendFigure, latest: number | null, before: readonly number[]): Trend['verdict'] {
  if (latest === null || before.length < fewestBefore) return 'unclear'
  const isMore = latest > Math.max(...before)
  const isLess = latest < Math.min(...before)
  if (!isMore && !isLess) return 'unclear'
  return isMore === moreIsBetter[figure] ? 'better' : 'worse'
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle]
  if (upper === undefined) return null
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2
}
