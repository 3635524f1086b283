import type { Summary } from '../results/summary-schema.ts'
import { baselineFailure, formatTolerance, isAcceptable } from './baseline/baseline-figure.ts'
import { formatMeasured } from './format-value.ts'
import type { ReportData } from './report-data.ts'
import { verdictOf } from './verdict.ts'

/** A test case: what it checks, and its failure if there is one. */
type Case = { suite: string; name: string; failure: string | null }

/**
 * Renders a run as JUnit XML, which CI systems show as tests: a case for the run itself, one per threshold, and one per figure
 * that was compared with a baseline. The label of the run is a property.
 *
 * @example await folder.writeReport('junit', renderJunitReport(data))
 */
export function renderJunitReport({ summary, config }: Pick<ReportData, 'summary' | 'config'>): string {
  const { run, thresholds } = summary
  const label = config.find(({ key }) => key === 'label')?.value
  const cases: Case[] = [
    { suite: 'run', name: 'the run completed', failure: runFailure(summary) },
    ...thresholds.map(
      ({ expression, actual, unit, passed }): Case => ({
        suite: 'thresholds',
        name: expression,
        failure: passed ? null : `${expression} was not met: measured ${formatMeasured(actual, unit)}`,
      }),
    ),
    ...(summary.baseline?.figures ?? []).map(
      (figure): Case => ({
        suite: 'baseline',
        name: `${figure.metric} within ${formatTolerance(figure)} of the baseline`,
        failure: isAcceptable(figure) ? null : baselineFailure(figure),
      }),
    ),
    ...(summary.baseline?.caveats ?? [])
      .filter(({ kind }) => kind === 'other-test')
      .map(({ message }): Case => ({ suite: 'baseline', name: 'the same test', failure: message })),
  ]
  const failures = cases.filter(({ failure }) => failure !== null).length
  const seconds = (run.durationMs / 1000).toFixed(3)
  const attributes = `tests="${cases.length}" failures="${failures}" errors="0" time="${seconds}"`
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="vana-load" ${attributes}>
  <testsuite name="vana-load ${escapeXml(run.target)} ${escapeXml(run.preset ?? '')}" ${attributes} skipped="0" timestamp="${escapeXml(run.startedAt.slice(0, 19))}" id="${escapeXml(run.id)}">
${label === undefined ? '' : renderLabel(label)}${cases.map(renderCase).join('\n')}
    <system-out>${escapeXml(`${verdictOf(summary).headline} ${verdictOf(summary).lead}`)}</system-out>
  </testsuite>
</testsuites>
`
}

const renderLabel = (label: string): string => `    <properties>
      <property name="label" value="${escapeXml(label)}"/>
    </properties>
`

function runFailure({ problems, run }: Summary): string | null {
  const texts = problems.map(({ code, message }) => `${code}: ${message}`)
  if (run.stopped !== null) texts.push(`Stopped (${run.stopped.reason}): ${run.stopped.message}`)
  return texts.length === 0 ? null : texts.join('\n')
}

function renderCase({ suite, name, failure }: Case): string {
  const attributes = `classname="vana-load.${suite}" name="${escapeXml(name)}" time="0"`
  if (failure === null) return `    <testcase ${attributes}/>`
  return `    <testcase ${attributes}>
      <failure message="${escapeXml(failure)}">${escapeXml(failure)}</failure>
    </testcase>`
}

/** Escapes text for XML. Characters that XML 1.0 cannot represent are replaced. */
function escapeXml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to replace.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replace(/\p{Surrogate}/gu, '\ufffd')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&apos;')
      .replaceAll('\n', '&#10;')
  )
}
