import { stepNames } from '../flow/steps.ts'
import { baselineHead, baselineRow, baselineTitle, baselineVerdictWords, isHeld } from './baseline-words.ts'
import { endpointTable, transactionTable, type WordTable } from './chain-tables.ts'
import { dependencyWords } from './dependency-words.ts'
import { findingsOf } from './findings.ts'
import {
  formatBytes,
  formatCount,
  formatElapsed,
  formatGwei,
  formatMeasured,
  formatMs,
  formatRate,
  formatShare,
  formatVana,
  nothing,
} from './format-value.ts'
import { code, plain, table } from './markdown-text.ts'
import { endedWords } from './outcome-words.ts'
import type { ReportData } from './report-data.ts'
import { verdictOf } from './verdict.ts'
import { waitRows } from './wait-rows.ts'

/**
 * Renders a run as Markdown, short enough for a comment on a change or the summary of a CI job.
 *
 * @example await folder.writeReport('markdown', renderMarkdownReport(data))
 */
export function renderMarkdownReport(data: ReportData): string {
  const { summary, timeline } = data
  const { run, users, throughput, latencyMs, arrivals, gas, rpc, resources, thresholds, errors, components } =
    summary
  const { headline, lead, tone } = verdictOf(summary)
  const mark = { good: '✅', bad: '❌', warn: '⚠️', plain: 'ℹ️' }[tone]
  const verdictMark = { pass: '✅ holds', fail: '❌ fails', 'no-data': '❌ no data' } as const
  const endings = endedWords
    .filter(({ key }) => users[key] > 0)
    .map(({ key, name }) => `${formatCount(users[key])} ${name}`)
  const sections = [
    `# ${mark} ${plain(headline)}`,
    plain(lead),
    `Run \`${run.id}\`, preset ${plain(run.preset ?? 'none')}, target ${plain(run.target)}, seed ${plain(String(run.seed))}, ${run.startedAt}, ${formatElapsed(run.durationMs)}, exit code ${summary.exitCode}.`,
    table(
      ['', ''],
      [
        ['Users', `${formatCount(users.planned)} planned: ${endings.join(', ') || nothing}`],
        [
          'Throughput',
          `${formatRate(throughput.flowsPerSecond)}/s, at best ${formatRate(throughput.peakFlowsPerSecond)}/s`,
        ],
        ['Flow', percentiles(latencyMs.flow)],
        ['Flow, from due', percentiles(latencyMs.flowFromDue)],
        ['Late starts', percentiles(arrivals.lagMs)],
        ...waitRows(arrivals),
        [
          'Gas a transaction',
          `${formatCount(gas.perFlow)} at ${formatGwei(gas.price)}: ${formatVana(gas.costPerFlowWei)} a flow, ${gas.transactions === 0 ? nothing : formatVana(gas.costWei)} in all`,
        ],
        ['RPC calls a flow', rpc.callsPerFlow === null ? nothing : formatRate(rpc.callsPerFlow)],
        [
          'Generator',
          `${formatMs(resources.cpuMsPerFlow)} CPU a flow, ${formatBytes(resources.rssPeakBytes)} at most`,
        ],
      ],
    ),
    Object.keys(components).length > 0 &&
      `## Components\n\n${table(
        ['Component', 'CPU a flow', 'of a core', 'busy', 'queue, mean', 'memory, most'],
        Object.entries(components).map(([name, use]) => [
          dependencyWords[name] ?? plain(name),
          formatMs(use.cpuMsPerFlow),
          formatShare(use.cpuShare),
          formatShare(use.busyShare),
          formatRate(use.queueDepthMean),
          formatBytes(use.rssPeakBytes),
        ]),
      )}`,
    thresholds.length > 0 &&
      `## Thresholds\n\n${table(
        ['Condition', 'Measured', 'Verdict'],
        thresholds.map(({ expression, actual, unit, verdict }) => [
          code(expression),
          formatMeasured(actual, unit),
          verdictMark[verdict],
        ]),
      )}`,
    summary.baseline !== null &&
      `## Against the baseline ${plain(baselineTitle(summary.baseline))}\n\n${table(
        baselineHead,
        summary.baseline.figures.map((figure) => [
          ...baselineRow(figure).slice(0, -1),
          `${isHeld(figure) ? '✅' : '❌'} ${baselineVerdictWords[figure.verdict]}`,
        ]),
      )}`,
    `## What to know\n\n${findingsOf(summary, timeline.points)
      .map(
        ({ title, text, hint }) =>
          `- **${plain(title)}**: ${plain(text)}${hint === null ? '' : ` *${plain(hint)}*`}`,
      )
      .join('\n')}`,
    `## Steps\n\n${table(
      ['Step', 'p50', 'p90', 'p95', 'p99', 'max', 'count'],
      stepNames.map((step) => {
        const { p50, p90, p95, p99, max, count } = latencyMs.steps[step]
        return [step, ...[p50, p90, p95, p99, max].map(formatMs), formatCount(count)]
      }),
    )}`,
    `## The chain\n\n${words(transactionTable(summary))}\n\n${words(endpointTable(summary))}`,
    errors.length > 0 &&
      `## Errors\n\n${table(
        ['Code', 'Step', 'Flows', 'Share', 'Example'],
        errors.map(({ code: name, step, count, example }) => [
          code(name),
          step ?? nothing,
          formatCount(count),
          formatShare(users.planned === 0 ? null : count / users.planned),
          plain(example),
        ]),
      )}`,
  ]
  return `${sections.filter((section) => section !== false).join('\n\n')}\n`
}

function percentiles({ p50, p95, p99, max }: ReportData['summary']['latencyMs']['flow']): string {
  return `p50 ${formatMs(p50)}, p95 ${formatMs(p95)}, p99 ${formatMs(p99)}, max ${formatMs(max)}`
}

function words({ head, rows }: WordTable): string {
  return table(
    head,
    rows.map((row) => row.map(plain)),
  )
}
