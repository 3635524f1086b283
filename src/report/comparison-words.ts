import type { Comparison } from '../results/compare/compare-runs.ts'
import type { FigureComparison } from '../results/compare/judge-figure.ts'
import { formatMeasured, formatShare, nothing } from './format-value.ts'
import type { Tone } from './verdict.ts'

type Compared = Comparison['comparisons'][number]

/** What a comparison says in a sentence, and what to bear in mind with it. */
export type ComparisonVerdict = { tone: Tone; headline: string; lead: string }

/** Says in words how a run stands to the reference. */
export function comparisonVerdict({ verdict, figures, caveats, users }: Compared): ComparisonVerdict {
  const stands = figures.filter(
    ({ metric, verdict }) =>
      ['success', 'flow.p50', 'flow.p95'].includes(metric) && (verdict === 'better' || verdict === 'worse'),
  )
  const lead =
    stands.length > 0
      ? `${stands.map((figure) => `${figure.metric} ${showChange(figure)} (${showInterval(figure)})`).join(', ')}.`
      : `${users.succeeded} flows succeeded in the one; what they can't tell apart may be there all the same.`
  const isOther = caveats.some(({ kind }) => kind === 'other-test')
  const isUnreliable = caveats.some(({ kind }) => kind === 'unreliable')
  const words = {
    better: { tone: 'good', headline: 'Better, beyond noise.' },
    worse: { tone: 'bad', headline: 'Worse, beyond noise.' },
    mixed: { tone: 'warn', headline: 'Better in one thing, worse in another, both beyond noise.' },
    same: { tone: 'plain', headline: 'The same: no difference that matters.' },
    unclear: { tone: 'plain', headline: 'No difference that this many flows can show.' },
  } as const
  const { tone, headline } = words[verdict]
  if (isOther) {
    return { tone: 'warn', headline: 'Not comparable: these were two different tests.', lead }
  }
  if (isUnreliable && verdict !== 'unclear') {
    return { tone: 'warn', headline: `${headline} But the figures are not reliable.`, lead }
  }
  return { tone, headline, lead: verdict === 'same' || verdict === 'unclear' ? leadOfNone(figures) : lead }
}

/** How big a difference would have been seen. */
function leadOfNone(figures: readonly FigureComparison[]): string {
  const median = figures.find(({ metric }) => metric === 'flow.p50')
  const { low = null, high = null } = median?.difference ?? {}
  if (median === undefined || !median.reference || low === null || high === null) {
    return 'There are too few flows to compare by.'
  }
  const half = (high - low) / 2 / median.reference
  return `A change of the median by more than ${formatShare(half)} would have been seen; it changed by ${showChange(median)}.`
}

/** The heads of the columns of a table of figures. */
export const comparisonHead = (reference: string, other: string): string[] => [
  'figure',
  reference,
  other,
  'change',
  'between',
  '',
]

/** One figure, as a row of texts. */
export function comparisonRow(figure: FigureComparison): string[] {
  const { metric, unit, reference, other } = figure
  return [
    metric,
    formatMeasured(reference, unit),
    formatMeasured(other, unit),
    showChange(figure),
    showInterval(figure),
    verdictWords[figure.verdict],
  ]
}

/** What a verdict on a figure is called. */
export const verdictWords: Record<FigureComparison['verdict'], string> = {
  better: 'better',
  worse: 'worse',
  same: 'the same',
  unclear: 'not to be told',
  unjudged: '',
}

/** The tone of a verdict on a figure. */
export const verdictTones: Record<FigureComparison['verdict'], Tone> = {
  better: 'good',
  worse: 'bad',
  same: 'plain',
  unclear: 'plain',
  unjudged: 'plain',
}

/** A change in per cent of the reference; of shares, in percentage points. */
export function showChange({ unit, difference, change }: FigureComparison): string {
  if (difference === null) return nothing
  if (unit === 'ratio') return points(difference.value)
  return change === null ? nothing : signed(change)
}

/** Between what the true change lies. */
export function showInterval({ unit, difference, reference }: FigureComparison): string {
  if (difference === null || (difference.low === null && difference.high === null)) return ''
  const show = (bound: number | null): string => {
    if (bound === null) return '?'
    if (unit === 'ratio') return points(bound)
    return reference ? signed(bound / Math.abs(reference)) : formatMeasured(bound, unit)
  }
  return `${show(difference.low)} to ${show(difference.high)}`
}

const points = (share: number): string =>
  Math.abs(share) < 0.00005 ? '0 pp' : `${share > 0 ? '+' : '-'}${(Math.abs(share) * 100).toFixed(1)} pp`

const signed = (share: number): string =>
  Math.abs(share) < 0.0005 ? '0%' : `${share > 0 ? '+' : '-'}${formatShare(Math.abs(share))}`

/** Steps that took so little in both that nobody minds. */
export function isWorthShowing({ unit, reference, other, metric, verdict }: FigureComparison): boolean {
  if (!metric.startsWith('step.') || verdict === 'better' || verdict === 'worse') return true
  return unit !== 'ms' || Math.max(reference ?? 0, other ?? 0) >= 5
}
