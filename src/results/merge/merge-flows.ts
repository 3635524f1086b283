import type { FlowRecord, FlowWaits } from '../../flow/flow-record.ts'
import { startLag } from '../../flow/start-lag.ts'

/** Arrivals and starts of the whole run, each list in order of time. */
export type Arrivals = {
  dueMs: number[]
  /** When a user started, with the generator's lag and the user's waits. */
  starts: { atMs: number; lagMs: number | null; waits: FlowWaits | null }[]
}

/** Reads a part's flows, again with every call. */
export type FlowSource = { flows(): AsyncIterable<FlowRecord>; offsetMs: number }

/** Converts a flow's times to the common clock. */
function shifted(flow: FlowRecord, byMs: number): FlowRecord {
  const at = <T extends number | null>(ms: T): T => (ms === null ? ms : ((ms + byMs) as T))
  const times = flow.tx?.times
  return {
    ...flow,
    dueMs: at(flow.dueMs),
    startedMs: at(flow.startedMs),
    endedMs: at(flow.endedMs),
    tx:
      flow.tx === null || !times
        ? flow.tx
        : {
            ...flow.tx,
            times: {
              ...times,
              sentMs: at(times.sentMs),
              acceptedMs: at(times.acceptedMs),
              blockMs: at(times.blockMs),
              seenMs: at(times.seenMs),
            },
          },
  }
}

/** Reads when users of all parts were due and started. Takes a few dozen bytes per user. */
export async function readArrivals(sources: readonly FlowSource[]): Promise<Arrivals> {
  const arrivals: Arrivals = { dueMs: [], starts: [] }
  for (const { flows, offsetMs } of sources) {
    for await (const flow of flows()) {
      const { startedMs, dueMs, endedMs, outcome, waits = null } = flow
      // Dropped by a stop before it was due.
      if (outcome !== 'dropped' || dueMs <= endedMs) arrivals.dueMs.push(dueMs + offsetMs)
      if (startedMs !== null)
        arrivals.starts.push({ atMs: startedMs + offsetMs, lagMs: startLag(flow), waits })
    }
  }
  arrivals.dueMs.sort((a, b) => a - b)
  arrivals.starts.sort((a, b) => a.atMs - b.atMs)
  return arrivals
}

/** Reads the flows of all parts in the order in which they ended, on the common clock. */
export async function* mergeFlows(sources: readonly FlowSource[]): AsyncGenerator<FlowRecord> {
  const readers = sources.map(({ flows, offsetMs }) => ({ from: flows()[Symbol.asyncIterator](), offsetMs }))
  try {
    const heads = await Promise.all(readers.map(({ from }) => from.next()))
    for (;;) {
      let first = -1
      let firstMs = Number.POSITIVE_INFINITY
      for (const [i, head] of heads.entries()) {
        const endedMs = head.done
          ? Number.POSITIVE_INFINITY
          : head.value.endedMs + (readers[i]?.offsetMs ?? 0)
        if (endedMs < firstMs) [first, firstMs] = [i, endedMs]
      }
      const head = heads[first]
      const reader = readers[first]
      if (head === undefined || reader === undefined || head.done) return
      yield shifted(head.value, reader.offsetMs)
      heads[first] = await reader.from.next()
    }
  } finally {
    await Promise.all(readers.map(({ from }) => from.return?.()))
  }
}
