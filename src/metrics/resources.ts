import { type IntervalHistogram, monitorEventLoopDelay, performance } from 'node:perf_hooks'

/** How often the event loop is probed, in milliseconds. Node reports the probe's interval plus the delay. */
const probeMs = 10

/** How late the event loop was, in milliseconds. */
export type LoopDelay = { mean: number; p50: number; p99: number; max: number }

/** What the generator itself used. */
export type ResourceSample = {
  /** CPU time of the whole process, worker threads included, since the sampler was made. */
  cpuMs: number
  /** CPU time over wall time since the previous sample; 1 is one core. */
  cpuCores: number
  rssBytes: number
  heapUsedBytes: number
  /** Delay of the main thread's event loop since the previous sample. */
  eventLoopDelayMs: LoopDelay
}

/** The generator's use of resources over the whole run. */
export type ResourceTotals = {
  cpuMs: number
  rssPeakBytes: number
  rssEndBytes: number
  eventLoopDelayMs: LoopDelay
}

/** Measures the process it runs in. */
export type ResourceSampler = {
  /** Measures now; call it once a second. */
  sample(): ResourceSample
  /** The totals up to the latest sample. */
  totals(): ResourceTotals
  /** Stops probing the event loop. */
  stop(): void
}

/**
 * Starts to measure CPU time, memory and event-loop delay of this process.
 *
 * The delay is measured by Node's `monitorEventLoopDelay`, which records the time between two turns of its 10 ms probe;
 * the probe's own interval is taken off here, so that an idle loop reads 0.
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
  let lastAtMs = performance.now()
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
      lastCpuMs = cpuMs
      lastAtMs = atMs
      rssPeakBytes = Math.max(rssPeakBytes, rss)
      rssEndBytes = rss
      return { cpuMs, cpuCores, rssBytes: rss, heapUsedBytes: heapUsed, eventLoopDelayMs }
    },
    totals: () => ({ cpuMs: lastCpuMs, rssPeakBytes, rssEndBytes, eventLoopDelayMs: readDelay(overall) }),
    stop() {
      sinceLast.disable()
      overall.disable()
    },
  }
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
