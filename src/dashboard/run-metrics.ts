import { processMetrics } from '../metrics/process-metrics.ts'
import type { Labels, MetricFamily } from '../metrics/prometheus-text.ts'
import { outcomeKeys } from '../results/outcome-counts.ts'
import type { RunDistributions } from '../results/run-recorder.ts'
import type { LiveState } from './live-state.ts'

/** Upper bounds of the buckets of steps and flows, in seconds. */
const durationBounds = [
  ...[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 3, 5, 7.5],
  ...[10, 15, 20, 30, 45, 60, 90, 120, 300],
]

const phaseNames = ['preparing', 'running', 'ended'] as const
const breakerStates = ['closed', 'open', 'half-open'] as const

/** Reads the distributions of durations by bounds in milliseconds; `null` before the first user. */
export type ReadDistributions = ((boundsMs: readonly number[]) => RunDistributions) | null

/**
 * Returns the metrics of a run for Prometheus. Labels have few values: outcomes, steps, error codes, methods, components, and
 * endpoints by their URLs without keys; no label contains a user, a wallet or a transaction.
 */
export function runMetrics(state: LiveState, readDistributions: ReadDistributions): MetricFamily[] {
  return [...aboutRun(state), ...measured(state), ...durations(readDistributions), ...processMetrics()]
}

function aboutRun({ asked, tool, stage, snapshot, search, thresholds }: LiveState): MetricFamily[] {
  const info = {
    run_id: snapshot?.run.id ?? '',
    preset: asked.preset ?? '',
    target: asked.target,
    version: tool.version,
  }
  return [
    gauge('run_info', 'Which run this is; always 1.', { labels: info, value: 1 }),
    gauge(
      'run_stage',
      'Stage of the run: 1 for the current stage.',
      ...phaseNames.map((name) => ({ labels: { stage: name }, value: name === stage ? 1 : 0 })),
    ),
    gauge('run_elapsed_seconds', 'Time since the load began.', {
      value: seconds(snapshot?.elapsedMs ?? null),
    }),
    gauge('run_phase_info', 'Current phase of the load profile; always 1.', {
      labels: { phase: snapshot?.phase ?? '' },
      value: snapshot?.phase == null ? null : 1,
    }),
    gauge('search_steps', 'Rates that the search for the capacity has measured.', {
      value: search?.steps.length ?? null,
    }),
    gauge(
      'threshold_holds',
      'Whether a threshold holds so far: 1, or 0 if it fails. Absent without data.',
      ...thresholds.map(({ expression, verdict }) => ({
        labels: { threshold: expression },
        value: verdict === 'no-data' ? null : Number(verdict === 'pass'),
      })),
    ),
    gauge('users_planned', 'Users that the run plans.', { value: snapshot?.users.planned ?? asked.users }),
  ]
}

function measured({ snapshot }: LiveState): MetricFamily[] {
  if (snapshot === null) return []
  const { users, now, rpc, retries, rateLimits, breaker, spending, gas, funding, lastSecond } = snapshot
  const components = Object.entries(lastSecond?.components ?? {})
  const component = (read: (use: (typeof components)[number][1]) => number | null) =>
    components.map(([name, use]) => ({ labels: { component: name }, value: read(use) }))
  const endpoints = Object.entries(rpc.byEndpoint)
  const endpoint = (read: (totals: (typeof endpoints)[number][1]) => number | null) =>
    endpoints.map(([url, totals]) => ({ labels: { endpoint: url }, value: read(totals) }))
  return [
    counter('users_started', 'Users that started.', { value: users.started }),
    counter(
      'flows_ended',
      'Flows that ended, by outcome; users that never started are dropped.',
      ...outcomeKeys.map((outcome) => ({ labels: { outcome }, value: users[outcome] })),
    ),
    gauge('flows_active', 'Flows in flight.', { value: now.active }),
    counter(
      'errors',
      'Flows that ended with an error, by its code and the step that failed.',
      ...snapshot.errors.map(({ code, step, count }) => ({
        labels: { code, step: step ?? '' },
        value: count,
      })),
    ),
    counter('retries', 'Retried requests, by step.', ...byName('step', retries.byStep)),
    counter(
      'rate_limits',
      'Rate-limited responses of the target, by step or method and code.',
      ...byName('source', rateLimits.bySource),
    ),
    gauge(
      'breaker_state',
      'State of the circuit breaker: 1 for the current state. Absent without a breaker.',
      ...breakerStates.map((name) => ({
        labels: { state: name },
        value: breaker === null ? null : Number(breaker.state === name),
      })),
    ),
    counter('breaker_opened', 'How often the circuit breaker opened.', { value: breaker?.opened ?? null }),
    gauge('admitted_ratio', 'Share of the configured rate that the limits of the target admit.', {
      value: lastSecond?.admittedShare ?? 1,
    }),
    counter('rpc_calls', 'Calls to the chain, by method.', ...byName('method', rpc.byMethod)),
    counter('rpc_endpoint_calls', 'Calls to the chain, by endpoint.', ...endpoint(({ calls }) => calls)),
    counter(
      'rpc_endpoint_failed',
      'Failed calls to the chain, by endpoint.',
      ...endpoint(({ failed }) => failed),
    ),
    counter(
      'rpc_endpoint_rate_limited',
      'Rate-limited calls to the chain, by endpoint.',
      ...endpoint((one) => one.rateLimited),
    ),
    counter(
      'rpc_endpoint_open_seconds',
      'Time without calls to the endpoint after consecutive failures.',
      ...endpoint((one) => one.openMs / 1000),
    ),
    counter('spent_wei', 'Wei paid out by the funder, or spent by the relayer.', {
      value: wei(spending?.spentWei),
    }),
    gauge('spending_cap_wei', 'Spending cap in wei.', { value: wei(spending?.capWei) }),
    counter('gas_used', "Gas of the flows' transactions.", { value: Number(gas.used) }),
    counter('transaction_cost_wei', "Cost of the flows' transactions.", { value: wei(gas.costWei) }),
    gauge('wallets_funded', 'Funded wallets.', { value: funding?.ready ?? null }),
    gauge('wallets_waiting', 'Due users waiting for funds.', {
      value: funding?.waiting ?? null,
    }),
    gauge(
      'component_cpu_cores',
      'CPU of a component of the stack; 1 is one core.',
      ...component((use) => use.cpuShare),
    ),
    gauge(
      'component_memory_bytes',
      'Resident memory of a component of the stack.',
      ...component((use) => use.rssBytes),
    ),
    gauge(
      'component_busy_ratio',
      'Utilization of a component of the stack.',
      ...component((use) => use.busyShare),
    ),
    gauge(
      'component_queue_depth',
      'Requests waiting or in flight in a component of the stack.',
      ...component((use) => use.queueDepth),
    ),
    gauge('event_loop_delay_p99_seconds', 'Event loop delay of the generator in the last second, at p99.', {
      value: seconds(now.eventLoopDelayP99Ms),
    }),
  ]
}

function durations(read: ReadDistributions): MetricFamily[] {
  if (read === null) return []
  const { flow, flowFromDue, lag, waits, steps } = read(durationBounds.map((bound) => bound * 1000))
  const histogram = (
    name: string,
    help: string,
    samples: { labels?: Labels; distribution: RunDistributions['flow'] }[],
  ): MetricFamily => ({
    name: `vana_load_${name}_seconds`,
    help,
    type: 'histogram',
    boundsSeconds: durationBounds,
    samples,
  })
  return [
    histogram('flow_duration', 'Flows that succeeded, from their actual start.', [{ distribution: flow }]),
    histogram('flow_from_due', 'Flows that succeeded, from the time at which their user was due.', [
      { distribution: flowFromDue },
    ]),
    histogram('start_lag', 'How late the generator started users.', [{ distribution: lag }]),
    histogram(
      'start_wait',
      'How long users waited before they started: for a free slot, for the rate limit or circuit breaker, or for funds.',
      Object.entries(waits).map(([kind, distribution]) => ({ labels: { for: kind }, distribution })),
    ),
    histogram(
      'step_duration',
      'Completed steps, whatever the outcome of their flow.',
      Object.entries(steps).map(([step, distribution]) => ({ labels: { step }, distribution })),
    ),
  ]
}

type Samples = { labels?: Labels; value: number | null }[]

const gauge = (name: string, help: string, ...samples: Samples): MetricFamily => ({
  name: `vana_load_${name}`,
  help,
  type: 'gauge',
  samples,
})

const counter = (name: string, help: string, ...samples: Samples): MetricFamily => ({
  name: `vana_load_${name}`,
  help,
  type: 'counter',
  samples,
})

const byName = (label: string, counts: Readonly<Record<string, number>>): Samples =>
  Object.entries(counts).map(([name, value]) => ({ labels: { [label]: name }, value }))

const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000)

const wei = (text: string | undefined): number | null => (text === undefined ? null : Number(text))
