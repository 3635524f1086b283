import { availableParallelism, cpus } from 'node:os'
import { type IntervalHistogram, monitorEventLoopDelay, performance } from 'node:perf_hooks'

/** Interval of the event-loop probe, in milliseconds. Node reports the interval plus the delay. */
const probeMs = 10

/** Number of samples (normally seconds) for the peak of CPU, so that one busy moment does not count as a limit. */
const peakSamples = 10

/** Delay of the event loop, in milliseconds. */
export type LoopDelay = { mean: number; p50: number; p99: number; max: number }

/** Resources of the generator. */
export type ResourceSample = {
  /** CPU time of the whole process, including worker threads, since the sampler started. */
  cpuMs: number
  /** CPU time over wall time since the previous sample; 1 is one core. */
  cpuCores: number
  /** Utilisation of all cores of this machine since the previous sample, by any program, 0 to 1; `null` if unknown. */
  machineShare: number | null
  rssBytes: number
  heapUsedBytes: number
  /** Delay of the main thread's event loop since the previous sample. */
  eventLoopDelayMs: LoopDelay
}

/** Resources of the generator over the whole run. */
export type ResourceTotals = {
  cpuMs: number
  /** Cores available to this process, and cores used: on average and over the busiest ten samples. */
  cores: number
  cpuCoresMean: number
  cpuCoresPeak: number
  /** Utilisation of all cores of this machine, by any program, 0 to 1. */
  machineShare: number | null
  rssPeakBytes: number
  rssEndBytes: number
  eventLoopDelayMs: LoopDelay
}

/** Totals of an unmeasured process. */
export const noResources: ResourceTotals = {
  cpuMs: 0,
  cores: 0,
  cpuCoresMean: 0,
  cpuCoresPeak: 0,
  machineShare: null,
  rssPeakBytes: 0,
  rssEndBytes: 0,
  eventLoopDelayMs: { mean: 0, p50: 0, p99: 0, max: 0 },
}

/** Measures its own process. */
export type ResourceSampler = {
  /** Takes a sample. Call it once a second. */
  sample(): ResourceSample
  /** Returns the totals up to the latest sample. */
  totals(): ResourceTotals
  /** Stops probing the event loop. */
  stop(): void
}

/**
 * Starts measuring CPU time, memory and event-loop delay of this process.
 *
 * The delay comes from Node's `monitorEventLoopDelay`, which records the time between two turns of its 10 ms probe. The interval
 * of the probe is subtracted, so that an idle loop has a delay of 0.
 *
 * @example
 * const sampler = startResourceSampler()
 * sampler.sample().rssBytes
 * sampler.stop()
 */
export function startResourceSampler(): ResourceSampler {
  const sinceLast = monitorEventLoopDelay({ resolution: probeMs })
  const overall = monitorEventLoopDelay({ resolution: probeMs })
  sinceLast.enable()
  overall.enable()
  const startCpu = process.cpuUsage()
  let lastCpuMs = 0
  const startMs = performance.now()
  let lastAtMs = startMs
  const startMachine = machineTicks()
  let lastMachine = startMachine
  const latest: { cpuMs: number; ms: number }[] = []
  let cpuCoresPeak = 0
  let rssPeakBytes = 0
  let rssEndBytes = 0

  const cpuMsNow = () => {
    const { user, system } = process.cpuUsage(startCpu)
    return (user + system) / 1000
  }

  return {
    sample() {
      const atMs = performance.now()
      const cpuMs = cpuMsNow()
      const { rss, heapUsed } = process.memoryUsage()
      const elapsedMs = atMs - lastAtMs
      const cpuCores = elapsedMs > 0 ? (cpuMs - lastCpuMs) / elapsedMs : 0
      const eventLoopDelayMs = readDelay(sinceLast)
      sinceLast.reset()
      const machine = machineTicks()
      const machineShare = busyShare(lastMachine, machine)
      lastMachine = machine
      latest.push({ cpuMs: cpuMs - lastCpuMs, ms: elapsedMs })
      if (latest.length > peakSamples) latest.shift()
      if (latest.length === peakSamples) cpuCoresPeak = Math.max(cpuCoresPeak, coresOf(latest))
      lastCpuMs = cpuMs
      lastAtMs = atMs
      rssPeakBytes = Math.max(rssPeakBytes, rss)
      rssEndBytes = rss
      return { cpuMs, cpuCores, machineShare, rssBytes: rss, heapUsedBytes: heapUsed, eventLoopDelayMs }
    },
    totals() {
      const cpuCoresMean = coresOf([{ cpuMs: lastCpuMs, ms: lastAtMs - startMs }])
      return {
        cpuMs: lastCpuMs,
        cores: availableParallelism(),
        cpuCoresMean,
        cpuCoresPeak: Math.max(cpuCoresPeak, cpuCoresMean),
        machineShare: busyShare(startMachine, lastMachine),
        rssPeakBytes,
        rssEndBytes,
        eventLoopDelayMs: readDelay(overall),
      }
    },
    stop() {
      sinceLast.disable()
      overall.disable()
    },
  }
}

type Ticks = { busy: number; all: number }

/** Returns the busy and total time of all cores since the machine started. */
function machineTicks(): Ticks {
  const ticks = { busy: 0, all: 0 }
  for (const { times } of cpus()) {
    const all = times.user + times.nice + times.sys + times.irq + times.idle
    ticks.all += all
    ticks.busy += all - times.idle
  }
  return ticks
}

function busyShare(from: Ticks, to: Ticks): number | null {
  return to.all <= from.all ? null : (to.busy - from.busy) / (to.all - from.all)
}

function coresOf(samples: readonly { cpuMs: number; ms: number }[]): number {
  const ms = samples.reduce((sum, sample) => sum + sample.ms, 0)
  return ms <= 0 ? 0 : samples.reduce((sum, sample) => sum + sample.cpuMs, 0) / ms
}

function readDelay(histogram: IntervalHistogram): LoopDelay {
  if (histogram.count === 0) return { mean: 0, p50: 0, p99: 0, max: 0 }
  const delayMs = (nanoseconds: number) => Math.max(0, Math.round(nanoseconds / 1000 - probeMs * 1000) / 1000)
  return {
    mean: delayMs(histogram.mean),
    p50: delayMs(histogram.percentile(50)),
    p99: delayMs(histogram.percentile(99)),
    max: delayMs(histogram.max),
  }
}
