import { type DependencyName, dependencyNames } from '../config/dependency.ts'
import { type StepGroup, type StepName, stepGroups, stepNames } from '../flow/steps.ts'
import { type DigestStatistic, digestStatistics, emptyDigest } from '../metrics/latency-histogram.ts'
import type { Component, Measurements } from './measurements-schema.ts'
import type { Money } from './money-balance.ts'
import { type OutcomeKey, outcomeKeys, sumOutcomes } from './outcome-counts.ts'
import { transactionParts } from './transaction-parts.ts'
import { waitKinds } from './wait-kinds.ts'

/** What thresholds are checked against: a snapshot of a run in progress, or its summary. */
export type Measured = Measurements & { money?: Money }

/** Unit of a metric. */
export type MetricUnit = 'ms' | 'ratio' | 'count' | 'per-second' | 'bytes' | 'gas' | 'wei'

/** A metric for thresholds. */
export type Metric = {
  unit: MetricUnit
  /** Whether a ratio is of one core, so that several cores make more than 1. @default false */
  isOfCores?: true
  /** The value in `unit`; `null` if nothing was measured. */
  read(measured: Measured): number | null
  /** The value as a share of the arrivals that ended, for counts of users and errors. */
  share?(measured: Measured): number | null
}

type DigestOf = (measured: Measured) => Measured['latencyMs']['flow']

const duration = (digest: DigestOf, statistic: DigestStatistic): Metric => ({
  unit: 'ms',
  read: (measured) => digest(measured)[statistic],
})

/** `<name>.p95` and so on for one digest. */
function durations(name: string, digest: DigestOf): [string, Metric][] {
  return digestStatistics.map((statistic) => [`${name}.${statistic}`, duration(digest, statistic)])
}

const shareOfEnded = (count: (measured: Measured) => number) => (measured: Measured) => {
  const ended = sumOutcomes(measured.users)
  return ended === 0 ? null : count(measured) / ended
}

/** A count of users or errors, which may also be given in per cent of the arrivals that ended. */
function countOf(count: (measured: Measured) => number): Metric {
  return { unit: 'count', read: count, share: shareOfEnded(count) }
}

const success: Metric = { unit: 'ratio', read: shareOfEnded(({ users }) => users.succeeded) }

const wei = (key: 'fundedWei' | 'spentWei' | 'sweptWei' | 'leftWei'): Metric => ({
  unit: 'wei',
  read: ({ money }) => {
    const value = money?.[key] ?? null
    return value === null ? null : Number(value)
  },
})

/** Resources of one component: `components.chain.cpuShare` and so on. */
function componentMetrics(name: DependencyName): [string, Metric][] {
  const of = (key: keyof Component, unit: MetricUnit): [string, Metric] => [
    `components.${name}.${key === 'rssPeakBytes' ? 'rss' : key}`,
    { unit, read: ({ components }) => components[name]?.[key] ?? null },
  ]
  const ofCores = (key: 'cpuShare' | 'cpuSharePeak'): [string, Metric] => {
    const [label, metric] = of(key, 'ratio')
    return [label, { ...metric, isOfCores: true }]
  }
  return [
    of('cpuMsPerFlow', 'ms'),
    ofCores('cpuShare'),
    ofCores('cpuSharePeak'),
    of('busyShare', 'ratio'),
    of('busySharePeak', 'ratio'),
    of('rssPeakBytes', 'bytes'),
    of('queueDepthMean', 'count'),
    of('queueDepthMax', 'count'),
  ]
}

/** Metrics with fixed names. Those of errors and RPC methods are created from their names. */
const fixed = new Map<string, Metric>([
  ['success', success],
  ...outcomeKeys.map((key): [OutcomeKey, Metric] => [key, countOf(({ users }) => users[key])]),
  ['flowsPerSecond', { unit: 'per-second', read: ({ throughput }) => throughput.flowsPerSecond }],
  ['peakFlowsPerSecond', { unit: 'per-second', read: ({ throughput }) => throughput.peakFlowsPerSecond }],
  ['keepsUp', { unit: 'ratio', read: ({ throughput }) => throughput.keepsUp }],
  ...durations('flow', ({ latencyMs }) => latencyMs.flow),
  ...durations('flowFromDue', ({ latencyMs }) => latencyMs.flowFromDue),
  ...durations('lag', ({ arrivals }) => arrivals.lagMs),
  ...waitKinds.flatMap((kind) => durations(`wait.${kind}`, ({ arrivals }) => arrivals.waits[kind])),
  ...stepNames.flatMap((step: StepName) =>
    durations(`step.${step}`, ({ latencyMs }) => latencyMs.steps[step]),
  ),
  ...(Object.keys(stepGroups) as StepGroup[]).flatMap((group) =>
    durations(`group.${group}`, ({ latencyMs }) => latencyMs.groups[group]),
  ),
  ...transactionParts.flatMap((part) =>
    durations(`tx.${part.replace('Ms', '')}`, ({ transactions }) => transactions[part]),
  ),
  ['errors', countOf(({ errors }) => errors.reduce((sum, { count }) => sum + count, 0))],
  ['rpc.calls', { unit: 'count', read: ({ rpc }) => rpc.calls }],
  ['rpc.failed', { unit: 'count', read: ({ rpc }) => rpc.failed }],
  ['rpc.callsPerFlow', { unit: 'count', read: ({ rpc }) => rpc.callsPerFlow }],
  ['gas.perFlow', { unit: 'gas', read: ({ gas }) => gas.perFlow }],
  ['gas.price', { unit: 'wei', read: ({ gas }) => (gas.price === null ? null : Number(gas.price)) }],
  [
    'gas.costPerFlow',
    {
      unit: 'wei',
      read: ({ gas }) => (gas.costPerFlowWei === null ? null : Number(gas.costPerFlowWei)),
    },
  ],
  ['gas.cost', { unit: 'wei', read: ({ gas }) => (gas.transactions === 0 ? null : Number(gas.costWei)) }],
  ['money.funded', wei('fundedWei')],
  ['money.spent', wei('spentWei')],
  ['money.swept', wei('sweptWei')],
  ['money.left', wei('leftWei')],
  ...durations('funding', ({ funding }) => funding?.waitMs ?? emptyDigest),
  ...durations('funding.batch', ({ funding }) => funding?.batchMs ?? emptyDigest),
  ['funding.waiting', { unit: 'count', read: ({ funding }) => funding?.waiting ?? null }],
  ['funding.failed', { unit: 'count', read: ({ funding }) => funding?.failed ?? null }],
  ...dependencyNames.flatMap((name) => componentMetrics(name)),
  ['cpu', { unit: 'ratio', isOfCores: true, read: ({ resources }) => resources.cpuCoresMean || null }],
  ['machine', { unit: 'ratio', read: ({ resources }) => resources.machineShare }],
  ['rss', { unit: 'bytes', read: ({ resources }) => resources.rssPeakBytes || null }],
  ['cpuPerFlow', { unit: 'ms', read: ({ resources }) => resources.cpuMsPerFlow }],
  ...(['mean', 'p50', 'p99', 'max'] as const).map((statistic): [string, Metric] => [
    `eventLoop.${statistic}`,
    { unit: 'ms', read: ({ resources }) => resources.eventLoopDelayMs[statistic] },
  ]),
])

/** Names of all metrics that always exist; errors add `errors.<CODE>` and `errors.<CODE>.<step>`. */
export const metricNames: readonly string[] = [...fixed.keys()]

/**
 * Finds a metric by its name; `null` if there is none. Steps and groups may be named without their kind:
 * `submit.p99`, `storage.p95`.
 *
 * @example findMetric('step.confirm.p99', isErrorCode)?.unit // 'ms'
 */
export function findMetric(name: string, isErrorCode: (code: string) => boolean): Metric | null {
  const known = fixed.get(name) ?? fixed.get(`step.${name}`) ?? fixed.get(`group.${name}`)
  if (known !== undefined) return known
  const [kind, code, step, ...rest] = name.split('.')
  if (kind !== 'errors' || code === undefined || rest.length > 0 || !isErrorCode(code)) return null
  if (step !== undefined && !stepNames.some((known) => known === step)) return null
  return countOf(({ errors }) =>
    errors
      .filter((error) => error.code === code && (step === undefined || error.step === step))
      .reduce((sum, { count }) => sum + count, 0),
  )
}
