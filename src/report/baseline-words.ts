import type { BaselineFigure, BaselineResult } from '../results/baseline/baseline-result-schema.ts'
import { formatMeasured, formatShare, nothing } from './format-value.ts'

/** The heads of the columns of a table of figures against a baseline. */
export const baselineHead = ['figure', 'baseline', 'this run', 'change', 'between', 'allowed', ''] as const

/** One figure against the baseline, as a row of texts. */
export function baselineRow(figure: BaselineFigure): string[] {
  const { metric, unit, baseline, actual, change, low, high } = figure
  const show = (value: number | null) => (value === null ? '?' : signed(value, unit))
  return [
    metric,
    formatMeasured(baseline, unit),
    formatMeasured(actual, unit),
    change === null ? nothing : signed(change, unit),
    low === null && high === null ? '' : `${show(low)} to ${show(high)}`,
    allowedWords(figure),
    baselineVerdictWords[figure.verdict],
  ]
}

/** How much worse a figure may be. */
export const allowedWords = ({ tolerance, unit }: Pick<BaselineFigure, 'tolerance' | 'unit'>): string =>
  unit === 'ratio' ? `${Number((tolerance * 100).toPrecision(4))} pp` : formatShare(tolerance)

/** What a verdict on a figure is called. */
export const baselineVerdictWords: Record<BaselineFigure['verdict'], string> = {
  holds: 'holds',
  worse: 'worse',
  unclear: 'may be chance',
  'no-data': 'no data',
}

/** Whether a figure lets the run pass. */
export const isHeld = ({ verdict }: BaselineFigure): boolean => verdict === 'holds' || verdict === 'unclear'

/** What a failed figure is, in a sentence. */
export function baselineFailure(figure: BaselineFigure): string {
  const [metric, before, actual, change] = baselineRow(figure)
  if (figure.verdict === 'no-data') return `${metric}: nothing was measured; the baseline has ${before}`
  return `${metric} is worse than the baseline: ${actual} against ${before} (${change}, allowed ${allowedWords(figure)})`
}

/** What a baseline is called. */
export const baselineTitle = ({ name, runs }: Pick<BaselineResult, 'name' | 'runs'>): string =>
  `${name === null ? '' : `${name}, `}of ${runs.join(', ')}`

const signed = (value: number, unit: string): string => {
  const sign = value > 0 ? '+' : '-'
  const size = Math.abs(value)
  if (unit === 'ratio') return size < 0.00005 ? '0 pp' : `${sign}${(size * 100).toFixed(1)} pp`
  return size < 0.0005 ? '0%' : `${sign}${formatShare(size)}`
}
