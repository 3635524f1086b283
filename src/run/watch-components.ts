import { Agent } from 'undici'
import { z } from 'zod'
import type { BlockFeed } from '../chain/block-feed.ts'
import { type DependencyName, dependencyNames, type Target } from '../config/target.ts'
import { requestJson } from '../http/request-json.ts'
import {
  type ComponentReading,
  type ComponentUsage,
  createComponentUsage,
} from '../metrics/component-usage.ts'
import { readProcessUsage } from '../process/process-usage.ts'

/** The components of a target under watch. */
export type ComponentWatch = Pick<ComponentUsage, 'take' | 'totals'> & {
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
 * @example
 * const components = await watchComponents(target, connection)
 * components.take() // { chain: { cpuShare: 0.2, ... }, ... }
 */
export async function watchComponents(
  target: Pick<Target, 'pids' | 'metricsUrls'>,
  { feed }: { feed: Pick<BlockFeed, 'subscribe'> },
): Promise<ComponentWatch> {
  const usage = createComponentUsage()
  const agent = new Agent({ connections: 1 })
  const gas = { used: 0, of: 0 }
  const unsubscribe = feed.subscribe({
    onBlock({ gasUsed, gasLimit }) {
      gas.used += Number(gasUsed)
      gas.of += Number(gasLimit)
    },
  })
  const startedMs = performance.now()

  const readOne = async (name: DependencyName): Promise<[DependencyName, ComponentReading] | undefined> => {
    const pid = target.pids?.[name]
    const url = target.metricsUrls?.[name]
    const [process, page] = await Promise.all([
      pid === undefined ? undefined : readProcessUsage(pid),
      url === undefined ? undefined : readPage(agent, url),
    ])
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

/** What a part says of itself; nothing when it doesn't answer, which is not the run's failure. */
async function readPage(agent: Agent, url: string): Promise<z.output<typeof pageSchema> | undefined> {
  try {
    const answer = await requestJson(agent, {
      method: 'GET',
      url,
      timeoutMs: pageTimeoutMs,
      service: 'metrics page',
    })
    return pageSchema.safeParse(answer).data
  } catch {
    return undefined
  }
}
