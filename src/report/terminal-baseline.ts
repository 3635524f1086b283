import type { BaselineResult } from '../results/baseline/baseline-result-schema.ts'
import type { Baseline } from '../results/baseline/baseline-schema.ts'
import { findMetric } from '../results/threshold-metrics.ts'
import { allowedWords, baselineHead, baselineRow, baselineTitle } from './baseline-words.ts'
import { formatMeasured } from './format-value.ts'
import { type Colors, printable } from './terminal-text.ts'
import { textTable } from './text-table.ts'

/** Writes how a run stands to its baseline. */
export function renderBaselineResult(runId: string, result: BaselineResult, colors: Colors): string {
  const worse = result.figures.filter(({ verdict }) => verdict === 'worse' || verdict === 'no-data')
  const headline = result.passed
    ? `${colors.green('✔')} ${colors.bold('As good as the baseline, within tolerance and noise.')}`
    : `${colors.red('✖')} ${colors.bold(`Worse than the baseline: ${worse.map(({ metric }) => metric).join(', ')}.`)}`
  const caveats = result.caveats.map(
    ({ kind, message }) => `${kind === 'conditions' ? '·' : colors.yellow('!')} ${printable(message)}`,
  )
  return [
    colors.dim(printable(`${runId}, held against the baseline ${baselineTitle(result)}`)),
    headline,
    '',
    ...caveats,
    ...(caveats.length === 0 ? [] : ['']),
    textTable(baselineHead, result.figures.map(baselineRow), 1),
  ].join('\n')
}

/** Writes what a baseline holds. */
export function renderBaseline({ name, runs, conditions, tolerances }: Baseline): string {
  const rows = Object.entries(tolerances).map(([metric, tolerance]) => {
    const unit = findMetric(metric, () => true)?.unit ?? 'count'
    const values = runs.map(({ figures }) => formatMeasured(figures[metric]?.value ?? null, unit))
    return [metric, ...values, allowedWords({ tolerance, unit })]
  })
  const { target, preset, settings, machine } = conditions
  return [
    printable(`Baseline ${baselineTitle({ name, runs: runs.map(({ id }) => id) })}`),
    printable(
      `${preset ?? 'no preset'}, ${settings.users ?? '?'} users, against ${target}; ${machine ?? 'machine not known'}`,
    ),
    '',
    textTable(['figure', ...runs.map(({ startedAt }) => startedAt.slice(0, 16)), 'allowed'], rows, 1),
  ].join('\n')
}
