import type { ConfigDocument } from '../config/describe-config.ts'
import type { LoadTestConfig } from '../config/load-test-config.ts'
import type { CapacityPurpose } from '../load/capacity-search.ts'
import type { CapacityStep } from '../results/capacity-schema.ts'
import { componentLoads } from '../results/find-bottleneck.ts'
import type { Summary } from '../results/summary-schema.ts'

/** Always a condition of a search: users must end as fast as they arrive, or a longer step would have broken. */
export const keepsUpCondition = 'keepsUp >= 85%'

/**
 * What ends a step early: more of its users failed than the breaker allows of any. A step has no breaker of its own, so that
 * a rate is judged by thresholds alone; and users in flight can't undo it.
 */
function mostFailures({ mode, failureRate }: LoadTestConfig['breaker'], users: number): string[] {
  return mode === 'off' || failureRate === 1 ? [] : [`errors <= ${Math.floor(users * failureRate)} abort`]
}

/** Fewer users than this say nothing of a rate. */
export const leastUsers = 10

/** Places for users in flight, in seconds of arrivals, so that the target breaks first and not the generator's own limit. */
const placesSeconds = 60

/**
 * The configuration of one step of a search: users arrive at a steady rate, with wallets of their own, and with places enough.
 *
 * @param step.number from 1; gives the step arrivals, data and wallets of its own
 * @param step.firstIndex the first wallet that no earlier step has used
 * @param step.maxSpendWei what may still be spent; `null` leaves it to users and funding
 */
export function configOfStep(
  config: LoadTestConfig,
  step: { number: number; ratePerSecond: number; firstIndex: number; maxSpendWei: bigint | null },
): LoadTestConfig {
  const { capacity, load, wallets, limits } = config
  const users = Math.max(leastUsers, Math.round((step.ratePerSecond * capacity.stepMs) / 1000))
  const durationMs = (users / step.ratePerSecond) * 1000
  return {
    ...config,
    users,
    seed: `${config.seed}/${step.number}`,
    thresholds: [
      ...config.thresholds.filter((text) => text !== keepsUpCondition),
      keepsUpCondition,
      ...mostFailures(config.breaker, users),
    ],
    load: {
      ...load,
      // Only a load by the clock has a rate; batches would wait for the target that is to be overrun.
      arrival: load.arrival === 'constant' ? 'constant' : 'poisson',
      stages: [],
      spikes: [],
      timeScale: 1,
      sequential: false,
      adaptive: false,
      ratePerSecond: step.ratePerSecond,
      durationMs,
      rampUpMs: 0,
      sustainMs: durationMs,
      rampDownMs: 0,
      concurrency: Math.min(users, Math.max(load.concurrency, Math.ceil(step.ratePerSecond * placesSeconds))),
    },
    // A rate that makes the target fail, or limit it, is what is looked for, and nothing to wait out.
    breaker: { ...config.breaker, mode: 'off' },
    wallets: { ...wallets, firstIndex: step.firstIndex },
    limits: {
      ...limits,
      maxSpendWei: step.maxSpendWei ?? (BigInt(users) * wallets.fundingWei * 11n) / 10n,
    },
  }
}

/** The document of a step's configuration: that of the search, with what the step changes. */
export function documentOfStep(document: ConfigDocument, config: LoadTestConfig): ConfigDocument {
  const source = 'step of the capacity search'
  return {
    ...document,
    values: {
      ...document.values,
      users: { value: config.users, source },
      seed: { value: config.seed, source },
      thresholds: { value: config.thresholds, source },
      'load.rate': { value: `${config.load.ratePerSecond}/s`, source },
      'load.duration': { value: `${config.load.durationMs}ms`, source },
      'load.concurrency': { value: config.load.concurrency, source },
      'wallets.firstIndex': { value: config.wallets.firstIndex, source },
    },
  }
}

/** What a step showed. It held when every threshold did, and nothing stopped it. */
export function stepOf(ratePerSecond: number, purpose: CapacityPurpose, summary: Summary): CapacityStep {
  const { run, users, thresholds, throughput, latencyMs, resources, warnings } = summary
  return {
    ratePerSecond,
    purpose,
    held: run.stopped === null && thresholds.every(({ passed }) => passed),
    thresholds,
    stopped: run.stopped?.message ?? null,
    runId: run.id,
    durationMs: run.durationMs,
    users,
    flowsPerSecond: throughput.flowsPerSecond,
    flowMs: latencyMs.flow,
    loads: componentLoads(summary),
    machineShare: resources.machineShare,
    warnings,
  }
}
