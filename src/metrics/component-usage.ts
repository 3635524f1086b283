/** Resources that a component of the stack has used so far; `null` if it does not report them. */
export type ComponentReading = {
  /** CPU time since the component started. */
  cpuMs: number | null
  rssBytes: number | null
  /** Work since it started and its capacity: busy time and total time, or gas used and gas limits. */
  busy: { used: number; of: number } | null
  /** Waiting requests, or all requests in flight if it does not distinguish them. */
  queueDepth: number | null
}

/** Resources that a component used between two readings. */
export type ComponentSecond = {
  /** CPU time over wall time; 1 is one core. */
  cpuShare: number | null
  rssBytes: number | null
  busyShare: number | null
  queueDepth: number | null
}

/** Resources that a component used over the whole run. */
export type ComponentTotals = {
  cpuMs: number | null
  cpuShare: number | null
  /** Highest value in a second. */
  cpuSharePeak: number | null
  rssPeakBytes: number | null
  busyShare: number | null
  busySharePeak: number | null
  queueDepthMean: number | null
  queueDepthMax: number | null
}

/** Adds up the resources of a stack's components. */
export type ComponentUsage = {
  /** Records readings by component, at milliseconds of any monotonic clock. Call it about once a second. */
  observe(atMs: number, readings: Readonly<Record<string, ComponentReading>>): void
  /** Returns the use since the previous call, by component. */
  take(): Record<string, ComponentSecond>
  /** Returns the use since the first reading, by component. */
  totals(): Record<string, ComponentTotals>
}

type Reading = ComponentReading & { atMs: number }

/** Shortest interval for a peak, since CPU time has a resolution of 10 ms. */
const leastPeakMs = 500

/**
 * Makes an empty account of components. Keeps three readings per component, however long a run is.
 *
 * @example
 * const usage = createComponentUsage()
 * usage.observe(performance.now(), { chain: { cpuMs: 120, rssBytes: 8e7, busy: null, queueDepth: null } })
 */
export function createComponentUsage(): ComponentUsage {
  const accounts = new Map<string, ReturnType<typeof openAccount>>()
  const read = <T>(of: (account: ReturnType<typeof openAccount>) => T): Record<string, T> =>
    Object.fromEntries([...accounts].map(([name, account]) => [name, of(account)]))
  return {
    observe(atMs, readings) {
      for (const [name, reading] of Object.entries(readings)) {
        const account = accounts.get(name)
        if (account === undefined) accounts.set(name, openAccount({ ...reading, atMs }))
        else account.observe({ ...reading, atMs })
      }
    },
    take: () => read((account) => account.take()),
    totals: () => read((account) => account.totals()),
  }
}

function openAccount(first: Reading) {
  let latest = first
  let taken = first
  let cpuSharePeak: number | null = null
  let busySharePeak: number | null = null
  let rssPeakBytes = first.rssBytes
  const queue = {
    sum: first.queueDepth ?? 0,
    count: first.queueDepth === null ? 0 : 1,
    most: first.queueDepth,
  }

  return {
    observe(reading: Reading): void {
      if (reading.atMs - latest.atMs >= leastPeakMs) {
        cpuSharePeak = highest(cpuSharePeak, cpuShareOf(latest, reading))
        busySharePeak = highest(busySharePeak, busyShareOf(latest, reading))
      }
      rssPeakBytes = highest(rssPeakBytes, reading.rssBytes)
      if (reading.queueDepth !== null) {
        queue.sum += reading.queueDepth
        queue.count += 1
        queue.most = highest(queue.most, reading.queueDepth)
      }
      latest = reading
    },
    take(): ComponentSecond {
      const from = taken
      taken = latest
      const { rssBytes, queueDepth } = latest
      return {
        cpuShare: cpuShareOf(from, latest),
        rssBytes,
        busyShare: busyShareOf(from, latest),
        queueDepth,
      }
    },
    totals: (): ComponentTotals => ({
      cpuMs: difference(first.cpuMs, latest.cpuMs),
      cpuShare: cpuShareOf(first, latest),
      cpuSharePeak,
      rssPeakBytes,
      busyShare: busyShareOf(first, latest),
      busySharePeak,
      queueDepthMean: queue.count === 0 ? null : queue.sum / queue.count,
      queueDepthMax: queue.most,
    }),
  }
}

function cpuShareOf(from: Reading, to: Reading): number | null {
  const cpuMs = difference(from.cpuMs, to.cpuMs)
  return cpuMs === null || to.atMs <= from.atMs ? null : cpuMs / (to.atMs - from.atMs)
}

function busyShareOf(from: Reading, to: Reading): number | null {
  const of = difference(from.busy?.of ?? null, to.busy?.of ?? null)
  const used = difference(from.busy?.used ?? null, to.busy?.used ?? null)
  return of === null || used === null || of <= 0 ? null : Math.min(1, used / of)
}

/** Returns a difference that is never negative: a restarted component counts from 0. */
function difference(from: number | null, to: number | null): number | null {
  return from === null || to === null ? null : Math.max(0, to - from)
}

function highest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b)
}
