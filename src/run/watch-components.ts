import { z } from 'zod'
import type { BlockFeed } from '../chain/blocks/block-feed.ts'
import { type DependencyName, dependencyNames } from '../config/dependency.ts'
import type { Target } from '../config/target.ts'
import { createHttpAgent } from '../http/outbound.ts'
import { requestJson } from '../http/request-json.ts'
import {
  type ComponentReading,
  type ComponentUsage,
  createComponentUsage,
} from '../metrics/component-usage.ts'
import type { RpcCalls } from '../metrics/rpc-totals.ts'
import { readProcessUsage } from '../process/process-usage.ts'
import { createApiServerCalls } from './api-server-calls.ts'

/** The components of a target under watch. */
export type ComponentWatch = Pick<ComponentUsage, 'take' | 'totals'> & {
  /** What the API server asked of its RPC endpoints since the watch began; `null` where it doesn't tell. */
  apiServerCalls(): RpcCalls | null
  /** Reads all components once more, and ends the watch; what was read stays. Calling it again does nothing. */
  close(): Promise<void>
}

/** What the parts of the embedded stack say of themselves; each says something else. */
const pageSchema = z.object({
  cpuMs: z.number().optional(),
  rssBytes: z.number().optional(),
  /** Personal server. */
  busyMs: z.number().optional(),
  queueDepth: z.number().optional(),
  /** Storage. */
  inFlight: z.number().optional(),
  /** API server. */
  requests: z.object({ active: z.number() }).optional().catch(undefined),
})

/** How long a part may take to tell of itself, in milliseconds; one that is overloaded takes longer, and is left out. */
const pageTimeoutMs = 900

/**
 * Watches what every component of a target uses, once a second: CPU time and memory of its process and its own counters
 * where the target document says where they are, and how full the blocks of its chain are, which any chain tells.
 *
 * @param apiServerToken bearer token of the API server, sent to no other host; secret
 * @example
 * const components = await watchComponents(target, connection)
 * components.take() // { chain: { cpuShare: 0.2, ... }, ... }
 */
export async function watchComponents(
  target: Pick<Target, 'pids' | 'metricsUrls' | 'apiServer'>,
  { feed }: { feed: Pick<BlockFeed, 'subscribe'> },
  apiServerToken?: string,
): Promise<ComponentWatch> {
  const usage = createComponentUsage()
  const apiServerCalls = createApiServerCalls()
  const agent = createHttpAgent({ connections: 1 })
  const gas = { used: 0, of: 0 }
  const unsubscribe = feed.subscribe({
    onBlock({ gasUsed, gasLimit }) {
      gas.used += Number(gasUsed)
      gas.of += Number(gasLimit)
    },
  })
  const startedMs = performance.now()
  const apiServerOrigin = new URL(target.apiServer.url).origin

  /** What a part says of itself; nothing when it doesn't answer, which is not the run's failure. */
  async function readPage(url: string): Promise<unknown> {
    const isApiServer = new URL(url).origin === apiServerOrigin
    try {
      return await requestJson(agent, {
        method: 'GET',
        url,
        headers:
          isApiServer && apiServerToken !== undefined ? { authorization: `Bearer ${apiServerToken}` } : {},
        timeoutMs: pageTimeoutMs,
        service: 'metrics page',
      })
    } catch {
      return undefined
    }
  }

  const readOne = async (name: DependencyName): Promise<[DependencyName, ComponentReading] | undefined> => {
    const pid = target.pids?.[name]
    const url = target.metricsUrls?.[name]
    const [process, answer] = await Promise.all([
      pid === undefined ? undefined : readProcessUsage(pid),
      url === undefined ? undefined : readPage(url),
    ])
    if (name === 'apiServer') apiServerCalls.observe(answer)
    const page = pageSchema.safeParse(answer).data
    const blocks = name === 'chain' ? { ...gas } : undefined
    if (process === undefined && page === undefined && blocks === undefined) return undefined
    const { busyMs } = page ?? {}
    return [
      name,
      {
        cpuMs: process?.cpuMs ?? page?.cpuMs ?? null,
        rssBytes: process?.rssBytes ?? page?.rssBytes ?? null,
        busy: blocks ?? (busyMs === undefined ? null : { used: busyMs, of: performance.now() - startedMs }),
        queueDepth: page?.queueDepth ?? page?.inFlight ?? page?.requests?.active ?? null,
      },
    ]
  }
  let reading: Promise<void> | undefined
  const readAll = (): Promise<void> => {
    reading ??= Promise.all(dependencyNames.map(readOne))
      .then((all) => {
        usage.observe(performance.now(), Object.fromEntries(all.filter((one) => one !== undefined)))
      })
      .finally(() => {
        reading = undefined
      })
    return reading
  }

  await readAll()
  let closed: Promise<void> | undefined
  const timer = setInterval(() => void readAll(), 1000)
  return {
    take: usage.take,
    totals: usage.totals,
    apiServerCalls: apiServerCalls.read,
    close() {
      closed ??= (async () => {
        clearInterval(timer)
        await reading
        await readAll()
        unsubscribe()
        await agent.close()
      })()
      return closed
    },
  }
}
