/** What a component of the stack has used up to a moment; `null` where it doesn't tell. */
export type ComponentReading = {
  /** CPU time since the component started. */
  cpuMs: number | null
  rssBytes: number | null
  /** How much it has done since it started, of what it could have: busy time of all time, gas of blocks' gas. */
  busy: { used: number; of: number } | null
  /** Requests that wait; where it doesn't tell them apart, all in flight. */
  queueDepth: number | null
}

/** What a component used between two moments. */
export type ComponentSecond = {
  /** CPU time over wall time; 1 is one core. */
  cpuShare: number | null
  rssBytes: number | null
  busyShare: number | null
  queueDepth: number | null
}

/** What a component used over the whole run. */
export type ComponentTotals = {
  cpuMs: number | null
  cpuShare: number | null
  /** The highest second's. */
  cpuSharePeak: number | null
  rssPeakBytes: number | null
  busyShare: number | null
  busySharePeak: number | null
  queueDepthMean: number | null
  queueDepthMax: number | null
}

/** Adds up what the components of a stack use. */
export type ComponentUsage = {
  /** Takes in readings by component, at milliseconds of any monotonic clock; call it about once a second. */
  observe(atMs: number, readings: Readonly<Record<string, ComponentReading>>): void
  /** What was used since the previous call, by component. */
  take(): Record<string, ComponentSecond>
  /** What was used since the first reading, by component. */
  totals(): Record<string, ComponentTotals>
}

type Reading = ComponentReading & { atMs: number }

/** Shorter stretches than this say nothing of a peak: CPU time comes in ticks of 10 ms. */
const leastPeakMs = 500

/**
 * Makes an empty account of components. It keeps three readings a component, however long a run is.
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

/** Never negative: a component that was started again counts from 0. */
function difference(from: number | null, to: number | null): number | null {
  return from === null || to === null ? null : Math.max(0, to - from)
}

function highest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b)
}
