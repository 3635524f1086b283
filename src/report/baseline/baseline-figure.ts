import type { BaselineFigure, BaselineResult } from '../../results/baseline/baseline-result-schema.ts'
import { confidence } from '../../results/compare/estimate.ts'
import type { TableNode } from '../document/document.ts'
import { badge, code } from '../document/inline.ts'
import type { Tone } from '../finding.ts'
import { formatChange, formatMeasured, formatShare, nothing } from '../format-value.ts'

const verdicts: Record<BaselineFigure['verdict'], { name: string; tone: Tone }> = {
  holds: { name: 'within tolerance', tone: 'good' },
  worse: { name: 'worse', tone: 'bad' },
  unclear: { name: 'inconclusive', tone: 'plain' },
  'no-data': { name: 'no data', tone: 'bad' },
}

/** Figures of a run beside those of its baseline. */
export function baselineTable(figures: readonly BaselineFigure[]): TableNode {
  return {
    kind: 'table',
    columns: [
      { title: 'Figure' },
      { title: 'Baseline', align: 'end' },
      { title: 'This run', align: 'end' },
      { title: 'Change', align: 'end' },
      { title: `${formatShare(confidence)} interval`, align: 'end', isMinor: true },
      { title: 'Tolerance', align: 'end', isMinor: true },
      { title: 'Verdict' },
    ],
    rows: figures.map((figure) => {
      const { metric, unit, baseline, actual, change, low, high } = figure
      const show = (value: number | null) => (value === null ? '?' : formatChange(value, unit))
      const { name, tone } = verdicts[figure.verdict]
      return [
        code(metric),
        formatMeasured(baseline, unit),
        formatMeasured(actual, unit),
        change === null ? nothing : formatChange(change, unit),
        low === null && high === null ? '' : `${show(low)} to ${show(high)}`,
        formatTolerance(figure),
        badge(name, tone),
      ]
    }),
  }
}

/** Formats how much worse a figure may be. */
export const formatTolerance = ({ tolerance, unit }: Pick<BaselineFigure, 'tolerance' | 'unit'>): string =>
  unit === 'ratio' ? `${Number((tolerance * 100).toPrecision(4))} pp` : formatShare(tolerance)

/** Whether a run passes with this figure. */
export const isAcceptable = ({ verdict }: BaselineFigure): boolean =>
  verdict === 'holds' || verdict === 'unclear'

/** Describes a figure that fails the run, in a sentence. */
export function baselineFailure(figure: BaselineFigure): string {
  const { metric, unit, verdict, change } = figure
  const before = formatMeasured(figure.baseline, unit)
  if (verdict === 'no-data') return `${metric}: nothing was measured; the baseline is ${before}`
  const size = change === null ? nothing : formatChange(change, unit)
  return `${metric} is worse than the baseline: ${formatMeasured(figure.actual, unit)}, baseline ${before} (${size}, tolerance ${formatTolerance(figure)})`
}

/** Names a baseline by its name and runs. */
export const baselineTitle = ({ name, runs }: Pick<BaselineResult, 'name' | 'runs'>): string =>
  name === null ? runs.join(', ') : `${name} (${runs.join(', ')})`
