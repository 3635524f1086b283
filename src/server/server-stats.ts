import type { BlockFeed, BlockFeedStats } from '../chain/blocks/block-feed.ts'
import type { Lane } from '../chain/lanes/lane.ts'
import type { LaneStatus } from '../chain/lanes/lane-options.ts'
import type { CallCounts } from '../chain/rpc/call-counter.ts'
import type { EndpointStats, RpcPool } from '../chain/rpc/rpc.ts'
import type { RelaySpending } from './relay-ledger.ts'

/** The API server's own counters since it was made, for `GET /__metrics`. */
export type ServerStats = {
  uptimeMs: number
  /** CPU time of the whole process, user and system. */
  cpuMs: number
  rssBytes: number
  requests: {
    total: number
    active: number
    /** By method and route, e.g. `POST /api/relay`. */
    byRoute: Record<string, number>
    /** By HTTP status. */
    byStatus: Record<string, number>
    /** By the error code of the answer. */
    byError: Record<string, number>
  }
  /** Users with a request being simulated, or with a relayed transaction whose receipt was not read yet. */
  relaysInFlight: number
  rpc: CallCounts
  endpoints: EndpointStats[]
  blocks: BlockFeedStats
  lanes: LaneStatus[]
  /** What all lanes together have spent. */
  spending: RelaySpending
}

/** More error codes than this are counted together. */
const maxCodes = 100

/** Counts what the server answers. */
export type RequestCounter = {
  began(): void
  ended(route: string, status: number, error: string | undefined): void
  read(): ServerStats['requests']
}

/**
 * Makes the counter of a server's requests.
 *
 * @example const requests = createRequestCounter(); requests.began(); requests.ended('GET /health', 200, undefined)
 */
export function createRequestCounter(): RequestCounter {
  const counts = {
    total: 0,
    active: 0,
    byRoute: new Map<string, number>(),
    byStatus: new Map<string, number>(),
  }
  const byError = new Map<string, number>()
  const add = (map: Map<string, number>, key: string): Map<string, number> =>
    map.set(key, (map.get(key) ?? 0) + 1)
  return {
    began() {
      counts.total += 1
      counts.active += 1
    },
    ended(route, status, error) {
      counts.active -= 1
      add(counts.byRoute, route)
      add(counts.byStatus, String(status))
      // The personal server's codes are passed on, and it may make up any number of them.
      if (error !== undefined) add(byError, byError.has(error) || byError.size < maxCodes ? error : 'OTHER')
    },
    read: () => ({
      total: counts.total,
      active: counts.active,
      byRoute: Object.fromEntries(counts.byRoute),
      byStatus: Object.fromEntries(counts.byStatus),
      byError: Object.fromEntries(byError),
    }),
  }
}

/** Reads all counters at once. */
export function readServerStats(parts: {
  startedAtMs: number
  nowMs: number
  requests: RequestCounter
  relaysInFlight: number
  rpc: RpcPool
  feed: BlockFeed
  lanes: readonly Lane[]
  spending: RelaySpending
}): ServerStats {
  const { user, system } = process.cpuUsage()
  return {
    uptimeMs: Math.round(parts.nowMs - parts.startedAtMs),
    cpuMs: (user + system) / 1000,
    rssBytes: process.memoryUsage.rss(),
    requests: parts.requests.read(),
    relaysInFlight: parts.relaysInFlight,
    rpc: parts.rpc.calls(),
    endpoints: parts.rpc.endpoints(),
    blocks: parts.feed.stats(),
    lanes: parts.lanes.map((lane) => lane.status()),
    spending: parts.spending,
  }
}
