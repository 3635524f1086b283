import { confidence } from '../../results/compare/estimate.ts'
import type { FigureComparison } from '../../results/compare/judge-figure.ts'
import type { TableNode } from '../document/document.ts'
import { badge, code } from '../document/inline.ts'
import type { Tone } from '../finding.ts'
import { formatChange, formatMeasured, formatShare, nothing } from '../format-value.ts'

const verdicts: Record<FigureComparison['verdict'], { name: string; tone: Tone }> = {
  better: { name: 'better', tone: 'good' },
  worse: { name: 'worse', tone: 'bad' },
  same: { name: 'the same', tone: 'plain' },
  unclear: { name: 'inconclusive', tone: 'plain' },
  unjudged: { name: '', tone: 'plain' },
}

/** Durations shorter than this in both runs, in milliseconds, are not worth a row. */
const leastMs = 5

/** The figures of two runs side by side. */
export function figureTable(figures: readonly FigureComparison[]): TableNode {
  return {
    kind: 'table',
    columns: [
      { title: 'Figure' },
      { title: 'Before', align: 'end' },
      { title: 'After', align: 'end' },
      { title: 'Change', align: 'end' },
      { title: `${formatShare(confidence)} interval`, align: 'end', isMinor: true },
      { title: 'Verdict' },
    ],
    rows: figures.filter(isWorthShowing).map((figure) => {
      const { metric, unit, reference, other } = figure
      const { name, tone } = verdicts[figure.verdict]
      return [
        code(metric),
        formatMeasured(reference, unit),
        formatMeasured(other, unit),
        changeOf(figure),
        intervalOf(figure),
        name === '' ? '' : badge(name, tone),
      ]
    }),
  }
}

/** Formats the change in percent of the reference; of ratios, in percentage points. */
export function changeOf({ unit, difference, change }: FigureComparison): string {
  if (difference === null) return nothing
  if (unit === 'ratio') return formatChange(difference.value, unit)
  return change === null ? nothing : formatChange(change, unit)
}

/** Formats the confidence interval of the change; empty if there is none. */
export function intervalOf({ unit, difference, reference }: FigureComparison): string {
  if (difference === null || (difference.low === null && difference.high === null)) return ''
  const show = (bound: number | null): string => {
    if (bound === null) return '?'
    if (unit === 'ratio') return formatChange(bound, unit)
    return reference ? formatChange(bound / Math.abs(reference), unit) : formatMeasured(bound, unit)
  }
  return `${show(difference.low)} to ${show(difference.high)}`
}

function isWorthShowing({ unit, reference, other, metric, verdict }: FigureComparison): boolean {
  if (!metric.startsWith('step.') || verdict === 'better' || verdict === 'worse') return true
  return unit !== 'ms' || Math.max(reference ?? 0, other ?? 0) >= leastMs
}
