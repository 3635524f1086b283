import type { Comparison } from '../../results/compare/compare-runs.ts'
import type { FigureComparison } from '../../results/compare/judge-figure.ts'
import { formatCounted, formatShare } from '../format-value.ts'
import type { Verdict } from '../verdict.ts'
import { changeOf, intervalOf } from './figure-table.ts'

type Compared = Comparison['comparisons'][number]

const headlines = {
  better: { tone: 'good', headline: 'Better, beyond noise.' },
  worse: { tone: 'bad', headline: 'Worse, beyond noise.' },
  mixed: { tone: 'warn', headline: 'Mixed: some figures are better, others worse, beyond noise.' },
  same: { tone: 'plain', headline: 'The same: no difference that matters.' },
  unclear: { tone: 'plain', headline: 'Inconclusive: no difference beyond noise with this many flows.' },
} as const

/** Says in a sentence how a run compares with the reference. */
export function comparisonVerdict({ verdict, figures, caveats, users }: Compared): Verdict {
  const { tone, headline } = headlines[verdict]
  const lead = leadOf(figures, users.succeeded)
  if (caveats.some(({ kind }) => kind === 'other-test')) {
    return { tone: 'warn', headline: 'Not comparable: these runs are different tests.', lead }
  }
  if (verdict !== 'unclear' && caveats.some(({ kind }) => kind === 'unreliable')) {
    return { tone: 'warn', headline: `${headline} But the figures are unreliable.`, lead }
  }
  const isEqual = verdict === 'same' || verdict === 'unclear'
  return { tone, headline, lead: isEqual ? leadWithoutChange(figures) : lead }
}

function leadOf(figures: readonly FigureComparison[], succeeded: number): string {
  const changed = figures.filter(
    ({ metric, verdict }) =>
      ['success', 'flow.p50', 'flow.p95'].includes(metric) && (verdict === 'better' || verdict === 'worse'),
  )
  if (changed.length === 0) {
    return `${formatCounted(succeeded, 'flow')} succeeded.`
  }
  return `${changed.map((figure) => `${figure.metric} ${changeOf(figure)} (${intervalOf(figure)})`).join(', ')}.`
}

/** Says how large a difference would have been detected. */
function leadWithoutChange(figures: readonly FigureComparison[]): string {
  const median = figures.find(({ metric }) => metric === 'flow.p50')
  const { low = null, high = null } = median?.difference ?? {}
  if (median === undefined || !median.reference || low === null || high === null) {
    return 'There are too few flows for a comparison.'
  }
  const half = (high - low) / 2 / median.reference
  return `A change of the median by more than ${formatShare(half)} would have been detected; it changed by ${changeOf(median)}.`
}
