import { formatCounted, formatMs, formatRate, formatShare, nothing } from '../../report/format-value.ts'
import { textTable } from '../../report/text-table.ts'
import type { Trend, TrendFigure, TrendSeries } from './find-trends.ts'

const names: Record<TrendFigure, string> = {
  success: 'success',
  flowsPerSecond: 'flows/s',
  p50: 'flow p50',
  p95: 'flow p95',
  p99: 'flow p99',
  lagP99: 'lag p99',
  cpuMsPerFlow: 'CPU a flow',
}

/** Writes how figures went from run to run, one table for each series. */
export function describeTrends(series: readonly TrendSeries[]): string {
  return series
    .map(({ preset, target, submission, faults, runs, trends }) => {
      const users = formatCounted(runs[0]?.users.planned ?? 0, 'user')
      const injected = faults.length === 0 ? '' : `, with faults ${faults.join(', ')}`
      const title = `${preset ?? 'no preset'}, ${users}${submission === 'relayed' ? ', relayed' : ''}, against ${target}${injected}: ${formatCounted(runs.length, 'run')}`
      const rows = trends.map((trend) => [
        names[trend.figure],
        sparkline(trend.values),
        showFigure(trend.figure, trend.latest),
        showFigure(trend.figure, trend.medianBefore),
        showChange(trend),
        trend.verdict === 'unclear' ? '' : `${trend.verdict} than every run before`,
      ])
      return `${title}\n${textTable(['', 'so far', 'latest', 'median before', 'change', ''], rows, 2)}`
    })
    .join('\n\n')
}

/** Writes a value of a figure. */
export function showFigure(figure: TrendFigure, value: number | null): string {
  if (figure === 'success') return formatShare(value)
  return figure === 'flowsPerSecond' ? formatRate(value) : formatMs(value)
}

/** Writes a change as a signed share. */
export function showChange({ change }: Pick<Trend, 'change'>): string {
  if (change === null) return nothing
  if (Math.abs(change) < 0.0005) return '0%'
  return `${change > 0 ? '+' : '-'}${formatShare(Math.abs(change))}`
}

const blocks = [...'▁▂▃▄▅▆▇█']

/** Draws values as a row of blocks, the lowest to the highest; a run without a value leaves a gap. */
function sparkline(values: readonly (number | null)[]): string {
  const measured = values.filter((value) => value !== null)
  const lowest = Math.min(...measured)
  const span = Math.max(...measured) - lowest
  return values
    .map((value) => {
      if (value === null) return ' '
      const height = span === 0 ? 0 : Math.round(((value - lowest) / span) * (blocks.length - 1))
      return blocks[height] ?? ''
    })
    .join('')
}
