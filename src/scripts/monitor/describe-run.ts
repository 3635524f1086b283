import { stepNames } from '../../flow/steps.ts'
import { findingsOf } from '../../report/findings.ts'
import {
  formatBytes,
  formatCount,
  formatElapsed,
  formatGwei,
  formatMeasured,
  formatMs,
  formatRate,
  formatVana,
} from '../../report/format-value.ts'
import { endedWords } from '../../report/outcome-words.ts'
import type { TimelinePoint } from '../../report/timeline-points.ts'
import { verdictOf } from '../../report/verdict.ts'
import type { Summary } from '../../results/summary-schema.ts'
import { describeFindings } from './describe-findings.ts'
import { textTable } from './text-table.ts'

/** Writes what came of a run: the answer, the thresholds, and what a reader should know. */
export function describeRun(summary: Summary, points: readonly TimelinePoint[]): string {
  const { run, users, thresholds } = summary
  const { headline, lead } = verdictOf(summary)
  const ended = endedWords
    .filter(({ key }) => users[key] > 0)
    .map(({ key, name }) => `${formatCount(users[key])} ${name}`)
    .join(', ')
  return [
    headline,
    lead,
    '',
    `run      ${run.id}: ${run.preset ?? 'no preset'} against ${run.target}, seed ${run.seed}`,
    `took     ${formatElapsed(run.durationMs)}, from ${run.startedAt}`,
    `users    ${formatCount(users.planned)} planned, ${formatCount(users.started)} started: ${ended || 'none ended'}`,
    ...thresholds.map(
      ({ expression, actual, unit, passed }) =>
        `${passed ? 'held  ' : 'BROKEN'}   ${expression}: ${formatMeasured(actual, unit)}`,
    ),
    '',
    describeFindings(findingsOf(summary, points)),
  ].join('\n')
}

/** Writes the figures of a run: every step, every class of errors, calls, gas, money and the generator. */
export function describeDetails(summary: Summary): string {
  const { latencyMs, arrivals, errors, rpc, gas, money, resources, throughput } = summary
  const latencies = [
    ...stepNames.map((step) => ({ name: step, digest: latencyMs.steps[step] })),
    { name: 'flow', digest: latencyMs.flow },
    { name: 'flow from due', digest: latencyMs.flowFromDue },
    { name: 'lag', digest: arrivals.lagMs },
  ]
  const head = ['step', 'count', 'min', 'mean', 'p50', 'p90', 'p95', 'p99', 'max']
  const rows = latencies.map(({ name, digest: { count, min, mean, p50, p90, p95, p99, max } }) => [
    name,
    formatCount(count),
    ...[min, mean, p50, p90, p95, p99, max].map(formatMs),
  ])
  const calls = Object.entries(rpc.byMethod).toSorted(([, a], [, b]) => b - a)
  const facts: [string, string][] = [
    [
      'throughput',
      `${formatRate(throughput.flowsPerSecond)} flows/s, at best ${formatRate(throughput.peakFlowsPerSecond)}`,
    ],
    [
      'RPC',
      `${formatCount(rpc.calls)} calls, ${formatRate(rpc.callsPerFlow)} a flow, ${formatCount(rpc.failed)} failed`,
    ],
    ...calls.slice(0, 8).map(([method, count]): [string, string] => ['', `${method} ${formatCount(count)}`]),
    [
      'gas',
      `${formatCount(gas.perFlow)} a flow at ${formatGwei(gas.price)}; ${formatVana(gas.costWei)} in all`,
    ],
    [
      'money',
      `funded ${formatVana(money.fundedWei)}, spent ${formatVana(money.spentWei)}, returned ${formatVana(money.sweptWei)}, left ${formatVana(money.leftWei)}`,
    ],
    [
      'generator',
      `${formatMs(resources.cpuMsPerFlow)} of CPU a flow, ${formatBytes(resources.rssPeakBytes)} at most`,
    ],
    [
      'event loop',
      `late by ${formatMs(resources.eventLoopDelayMs.p50)} at p50, ${formatMs(resources.eventLoopDelayMs.p99)} at p99`,
    ],
  ]
  const failures = errors.map(
    ({ code, step, count, example, hint }) =>
      `${formatCount(count)} x ${code}${step === null ? '' : ` at ${step}`}: ${example}\n    ${hint}`,
  )
  return [
    textTable(head, rows, 1),
    '',
    ...facts.map(([name, text]) => `${name.padEnd(11)}${text}`),
    ...(failures.length > 0 ? ['', 'Failures', ...failures.map((failure) => `  ${failure}`)] : []),
  ].join('\n')
}
