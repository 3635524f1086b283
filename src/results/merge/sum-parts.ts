import type { Digest } from '../../metrics/latency-histogram.ts'
import type { ResourceTotals } from '../../metrics/resources.ts'
import { noRpcCalls, type RpcCalls, type RpcTotals } from '../../metrics/rpc-totals.ts'
import type { Money } from '../money-balance.ts'
import { noProtection, type Protection } from '../protection-schema.ts'
import type { Summary } from '../summary-schema.ts'

type Measured = readonly Summary[]

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
const most = (values: readonly number[]): number => Math.max(0, ...values)
const lowest = (values: readonly (number | null)[]): number | null =>
  values.reduce<number | null>((a, b) => (a === null || (b !== null && b < a) ? b : a), null)
const highest = (values: readonly (number | null)[]): number | null =>
  values.reduce<number | null>((a, b) => (a === null || (b !== null && b > a) ? b : a), null)

/** Adds up counts by name. */
export function sumCounts(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const counts of all)
    for (const [name, by] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + by
  return sums
}

/**
 * Merges digests without their single durations: count, extremes and mean are exact, but percentiles are unknown, so they are
 * `null` unless only one digest has data.
 */
export function joinDigests(digests: readonly Digest[]): Digest {
  const measured = digests.filter(({ count }) => count > 0)
  const [first] = measured
  if (measured.length === 1 && first !== undefined) return first
  const count = sum(measured.map((digest) => digest.count))
  return {
    count,
    p50: null,
    p90: null,
    p95: null,
    p99: null,
    min: lowest(measured.map(({ min }) => min)),
    mean: count === 0 ? null : sum(measured.map((digest) => digest.count * (digest.mean ?? 0))) / count,
    max: highest(measured.map(({ max }) => max)),
  }
}

/** Adds up the calls of all parts. */
export function sumRpc(all: readonly RpcCalls[]): RpcTotals {
  const byEndpoint: RpcCalls['byEndpoint'] = {}
  for (const { byEndpoint: endpoints } of all) {
    for (const [label, one] of Object.entries(endpoints)) {
      const other = byEndpoint[label]
      byEndpoint[label] =
        other === undefined
          ? one
          : {
              calls: other.calls + one.calls,
              failed: other.failed + one.failed,
              rejected: other.rejected + one.rejected,
              rateLimited: other.rateLimited + one.rateLimited,
              latencyMs: joinDigests([other.latencyMs, one.latencyMs]),
              tokenWaitMs: other.tokenWaitMs + one.tokenWaitMs,
              pausedMs: other.pausedMs + one.pausedMs,
              openMs: other.openMs + one.openMs,
              maxHeadLag: highest([other.maxHeadLag, one.maxHeadLag]),
              falseHead: other.falseHead || one.falseHead,
              maxStallMs: Math.max(other.maxStallMs, one.maxStallMs),
            }
    }
  }
  return {
    ...noRpcCalls,
    calls: sum(all.map(({ calls }) => calls)),
    failed: sum(all.map(({ failed }) => failed)),
    byMethod: sumCounts(all.map(({ byMethod }) => byMethod)),
    byEndpoint,
  }
}

/** Adds up the resources of all generators, with the worst event-loop delay. */
export function sumResources(all: Measured): ResourceTotals {
  const parts = all.map(({ resources }) => resources)
  return {
    cpuMs: sum(parts.map(({ cpuMs }) => cpuMs)),
    cores: sum(parts.map(({ cores }) => cores)),
    cpuCoresMean: sum(parts.map(({ cpuCoresMean }) => cpuCoresMean)),
    cpuCoresPeak: sum(parts.map(({ cpuCoresPeak }) => cpuCoresPeak)),
    machineShare: highest(parts.map(({ machineShare }) => machineShare)),
    rssPeakBytes: sum(parts.map(({ rssPeakBytes }) => rssPeakBytes)),
    rssEndBytes: sum(parts.map(({ rssEndBytes }) => rssEndBytes)),
    eventLoopDelayMs: {
      mean: most(parts.map(({ eventLoopDelayMs }) => eventLoopDelayMs.mean)),
      p50: most(parts.map(({ eventLoopDelayMs }) => eventLoopDelayMs.p50)),
      p99: most(parts.map(({ eventLoopDelayMs }) => eventLoopDelayMs.p99)),
      max: most(parts.map(({ eventLoopDelayMs }) => eventLoopDelayMs.max)),
    },
  }
}

/** Adds up the money of all parts; unknown if it is unknown for one of them. */
export function sumMoney(all: Measured): Money {
  const parts = all.map(({ money }) => money)
  const unknown = parts.find(({ unknownBecause }) => unknownBecause !== undefined)
  const add = (key: 'fundedWei' | 'spentWei' | 'sweptWei' | 'leftWei'): string | null =>
    parts.reduce<string | null>(
      (a, { [key]: b }) => (a === null || b === null ? null : String(BigInt(a) + BigInt(b))),
      '0',
    )
  const payer = parts[0]?.payer
  return {
    fundedWei: add('fundedWei'),
    spentWei: add('spentWei'),
    sweptWei: add('sweptWei'),
    leftWei: add('leftWei'),
    ...(payer === undefined ? {} : { payer }),
    ...(unknown?.unknownBecause === undefined ? {} : { unknownBecause: unknown.unknownBecause }),
  }
}

/** Merges the final checks of all parts; `null` if there are none. */
export function sumFinalChecks(all: Measured): Summary['finalCheck'] {
  const parts = all.flatMap(({ finalCheck }) => finalCheck ?? [])
  if (parts.length === 0) return null
  const isMissing = parts.length < all.length ? 'Not every part has a final check.' : null
  return {
    checked: sum(parts.map(({ checked }) => checked)),
    lost: sum(parts.map(({ lost }) => lost)),
    moved: sum(parts.map(({ moved }) => moved)),
    late: sum(parts.map(({ late }) => late)),
    // All parts see the same chain.
    reorganizations: most(parts.map(({ reorganizations }) => reorganizations)),
    deepest: most(parts.map(({ deepest }) => deepest)),
    incomplete: parts.find(({ incomplete }) => incomplete !== null)?.incomplete ?? isMissing,
  }
}

/** Adds up the funding of all parts. */
export function sumFunding(all: Measured): Summary['funding'] {
  const parts = all.flatMap(({ funding }) => funding ?? [])
  if (parts.length === 0) return null
  return {
    ready: sum(parts.map(({ ready }) => ready)),
    failed: sum(parts.map(({ failed }) => failed)),
    waiting: sum(parts.map(({ waiting }) => waiting)),
    transactions: sum(parts.map(({ transactions }) => transactions)),
    waitMs: joinDigests(parts.map(({ waitMs }) => waitMs)),
    batchMs: joinDigests(parts.map(({ batchMs }) => batchMs)),
  }
}

/** Merges the protection of all parts. Each has its own breaker; the one that was open longest represents them. */
export function sumProtection(all: Measured, offsetsMs: readonly number[]): Protection {
  const shifted = (ms: number | null, part: number): number | null =>
    ms === null ? null : ms + (offsetsMs[part] ?? 0)
  const limits = all.map(({ rateLimits }) => rateLimits)
  const breakers = all.flatMap(({ breaker }, part) =>
    breaker === null
      ? []
      : [
          {
            ...breaker,
            transitions: breaker.transitions.map((one) => ({ ...one, atMs: shifted(one.atMs, part) ?? 0 })),
          },
        ],
  )
  return {
    ...noProtection,
    breaker: breakers.toSorted((a, b) => b.openMs - a.openMs)[0] ?? null,
    adaptive:
      all.flatMap(({ adaptive }) => adaptive ?? []).toSorted((a, b) => a.lowestShare - b.lowestShare)[0] ??
      null,
    rateLimits: {
      count: sum(limits.map(({ count }) => count)),
      bySource: sumCounts(limits.map(({ bySource }) => bySource)),
      firstMs: lowest(limits.map(({ firstMs }, part) => shifted(firstMs, part))),
      lastMs: highest(limits.map(({ lastMs }, part) => shifted(lastMs, part))),
      longestRetryAfterMs: highest(limits.map(({ longestRetryAfterMs }) => longestRetryAfterMs)),
    },
    heldBack: {
      started: sum(all.map(({ heldBack }) => heldBack.started)),
      dropped: sum(all.map(({ heldBack }) => heldBack.dropped)),
    },
    retries: {
      count: sum(all.map(({ retries }) => retries.count)),
      byStep: sumCounts(all.map(({ retries }) => retries.byStep)),
      withoutBudget: sum(all.map(({ retries }) => retries.withoutBudget)),
    },
  }
}
