import type { ResourceSample } from '../../metrics/resources.ts'
import type { TimelineLine } from '../timeline-line.ts'

/** Resources and calls of all parts in one second of the common clock. */
export type MergedSecond = {
  phase: string | null
  rpc: { calls: number; failed: number }
  resources: Omit<ResourceSample, 'cpuMs'>
  /** From the part that reports the most, since all parts see the same stack. */
  components: TimelineLine['components']
  funding: { ready: number; waiting: number; longestWaitMs: number | null } | null
  rateLimits: number
  breaker: string | null
  admittedShare: number
}

/** One part's timeline. */
export type TimelineSource = { timeline(): AsyncIterable<TimelineLine>; offsetMs: number }

/** Adds up the timelines of all parts by second of the common clock. A line counts for the second in which it ends. */
export async function mergeSeconds(sources: readonly TimelineSource[]): Promise<Map<number, MergedSecond>> {
  const seconds = new Map<number, MergedSecond>()
  for (const { timeline, offsetMs } of sources) {
    for await (const line of timeline()) {
      const second = Math.max(1, Math.round((line.atMs + offsetMs) / 1000))
      seconds.set(second, add(seconds.get(second), line))
    }
  }
  return seconds
}

function add(sum: MergedSecond | undefined, line: TimelineLine): MergedSecond {
  const { resources: own, rpc, funding, rateLimits, breaker, admittedShare, components, phase } = line
  if (sum === undefined) {
    return { phase, rpc, resources: own, components, funding, rateLimits, breaker, admittedShare }
  }
  const { resources } = sum
  const late = (which: 'mean' | 'p50' | 'p99' | 'max'): number =>
    Math.max(resources.eventLoopDelayMs[which], own.eventLoopDelayMs[which])
  return {
    phase: sum.phase ?? phase,
    rpc: { calls: sum.rpc.calls + rpc.calls, failed: sum.rpc.failed + rpc.failed },
    resources: {
      cpuCores: resources.cpuCores + own.cpuCores,
      machineShare: maximum(resources.machineShare, own.machineShare),
      rssBytes: resources.rssBytes + own.rssBytes,
      heapUsedBytes: resources.heapUsedBytes + own.heapUsedBytes,
      eventLoopDelayMs: { mean: late('mean'), p50: late('p50'), p99: late('p99'), max: late('max') },
    },
    components: { ...components, ...sum.components },
    funding:
      funding === null || sum.funding === null
        ? (sum.funding ?? funding)
        : {
            ready: sum.funding.ready + funding.ready,
            waiting: sum.funding.waiting + funding.waiting,
            longestWaitMs: maximum(sum.funding.longestWaitMs, funding.longestWaitMs),
          },
    rateLimits: sum.rateLimits + rateLimits,
    breaker: gravest(sum.breaker, breaker),
    admittedShare: Math.min(sum.admittedShare, admittedShare),
  }
}

const maximum = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b)

function gravest(a: string | null, b: string | null): string | null {
  return ['open', 'half-open'].find((state) => state === a || state === b) ?? a ?? b
}
