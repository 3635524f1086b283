import type { FastifyInstance } from 'fastify'
import { formatEther } from 'viem'
import type { Clock } from '../async/clock.ts'
import type { BlockFeed } from '../chain/blocks/block-feed.ts'
import type { Lane } from '../chain/lanes/lane.ts'
import { readBalance } from '../chain/rpc/chain-reads.ts'
import type { RpcPool } from '../chain/rpc/rpc.ts'
import type { PersonalServer } from './personal-server.ts'
import type { ServerStats } from './server-stats.ts'

/** What the status routes look at. */
export type StatusRoutesOptions = {
  rpc: RpcPool
  feed: BlockFeed
  lanes: readonly Lane[]
  personalServer: PersonalServer
  stats(): ServerStats
  clock: Clock
}

/** How the server and what it stands on are. */
type Health = {
  /** `down` without a chain; `degraded` without a personal server, or with a relayer that owns nothing. */
  status: 'ok' | 'degraded' | 'down'
  chain: { id: number; reachable: boolean; block: number | null }
  relayers: {
    address: string
    balanceWei: string
    balance: string
    pending: number
    nextNonce: number | null
  }[]
  personalServer: { reachable: boolean; status: number | null }
}

/** Health is looked at this often at most, so that asking for it cannot become a load on the chain. */
const healthLifetimeMs = 2_000
/** A chain that does not answer within this time counts as out of reach in the health. */
const healthTimeoutMs = 3_000

/** Adds `GET /health` (503 when the chain is out of reach) and `GET /__metrics`, the process's own counters. */
export function addStatusRoutes(server: FastifyInstance, options: StatusRoutesOptions): void {
  const { clock } = options
  let latest: { atMs: number; health: Promise<Health> } | undefined

  server.get('/health', async (_, reply) => {
    if (latest === undefined || clock.now() - latest.atMs > healthLifetimeMs) {
      latest = { atMs: clock.now(), health: examine(options) }
    }
    const health = await latest.health
    return reply.code(health.status === 'down' ? 503 : 200).send(health)
  })

  server.get('/__metrics', async () => options.stats())
}

async function examine({ rpc, feed, lanes, personalServer }: StatusRoutesOptions): Promise<Health> {
  const orNull = <T>(work: Promise<T>): Promise<T | null> => work.catch(() => null)
  const signal = AbortSignal.timeout(healthTimeoutMs)
  const [head, balances, status] = await Promise.all([
    orNull(feed.head({ signal })),
    orNull(Promise.all(lanes.map((lane) => readBalance(rpc, lane.address, { signal })))),
    personalServer.ping(),
  ])
  const chainReachable = head !== null && balances !== null
  const relayers = lanes.map((lane, i) => {
    const { address, pending, nextNonce } = lane.status()
    const balance = balances?.[i] ?? 0n
    return { address, balanceWei: balance.toString(), balance: formatEther(balance), pending, nextNonce }
  })
  const isDegraded = status === null || (balances ?? []).some((balance) => balance === 0n)
  return {
    status: !chainReachable ? 'down' : isDegraded ? 'degraded' : 'ok',
    chain: { id: rpc.chainId, reachable: chainReachable, block: head?.number ?? null },
    relayers: chainReachable ? relayers : [],
    personalServer: { reachable: status !== null, status },
  }
}
