import { stepNames } from '../../flow/steps.ts'
import {
  formatBytes,
  formatCount,
  formatGwei,
  formatMs,
  formatRate,
  formatVana,
} from '../../report/format-value.ts'
import { textTable } from '../../report/text-table.ts'
import type { Summary } from '../../results/summary-schema.ts'
import { waitKinds } from '../../results/wait-kinds.ts'

/** Writes the figures of a run: every step, every class of errors, calls, gas, money and the generator. */
export function describeDetails(summary: Summary): string {
  const { latencyMs, arrivals, errors, rpc, gas, money, resources, throughput } = summary
  const latencies = [
    ...stepNames.map((step) => ({ name: step, digest: latencyMs.steps[step] })),
    { name: 'flow', digest: latencyMs.flow },
    { name: 'flow from due', digest: latencyMs.flowFromDue },
    { name: 'lag', digest: arrivals.lagMs },
    ...waitKinds
      .map((kind) => ({ name: `wait for ${kind}`, digest: arrivals.waits[kind] }))
      .filter(({ digest }) => (digest.max ?? 0) >= 1),
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
    ...(rpc.apiServer === null ? [] : [apiServerCalls(rpc.apiServer)]),
    [
      'gas',
      `${formatCount(gas.perFlow)} a flow at ${formatGwei(gas.price)}; ${formatVana(gas.costWei)} in all`,
    ],
    ['money', describeMoney(money)],
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

const apiServerCalls = ({ calls, failed }: NonNullable<Summary['rpc']['apiServer']>): [string, string] => [
  '',
  `API server: ${formatCount(calls)} calls, ${formatCount(failed)} failed`,
]

function describeMoney({ payer, unknownBecause, ...wei }: Summary['money']): string {
  if (unknownBecause !== undefined) return `not known: ${unknownBecause}`
  const [funded, spent, swept, left] = [wei.fundedWei, wei.spentWei, wei.sweptWei, wei.leftWei].map(
    formatVana,
  )
  if (payer === 'relayer') return `the relayer had ${funded}, spent ${spent}, has ${left} left`
  return `funded ${funded}, spent ${spent}, returned ${swept}, left ${left}`
}
