import type { Hash } from 'viem'
import { type Clock, systemClock } from '../../async/clock.ts'
import { raceAbort } from '../../async/race-abort.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { readBlock } from '../rpc/chain-reads.ts'
import type { RpcPool } from '../rpc/rpc.ts'
import { type BlockListener, BlockListeners } from './block-listeners.ts'
import { BlockMemory } from './block-memory.ts'
import { createPathReader } from './block-path.ts'
import { BlockTimes } from './block-times.ts'
import type { SeenBlock } from './seen-block.ts'

// What other rooms build on: createBlockFeed({ rpc, pollIntervalMs }) -> BlockFeed { head, subscribe, covers, find, stats, close }.

/** Settings of {@link createBlockFeed}. */
export type BlockFeedOptions = {
  rpc: RpcPool
  /** Time between looks at the head while somebody listens, milliseconds. */
  pollIntervalMs: number
  /** Blocks kept, which is also the depth of reorganization that is followed. @default 64 */
  keep?: number | undefined
  /** @default the process's clock */
  clock?: Clock | undefined
}

/** The one reader of blocks of a process, see {@link createBlockFeed}. */
export type BlockFeed = {
  /**
   * Gives the newest block, from memory if it was looked at within `maxAgeMs`.
   *
   * @throws LoadTestError a `CHAIN_*` code; the signal's reason.
   */
  head(options?: { signal?: AbortSignal | undefined; maxAgeMs?: number | undefined }): Promise<SeenBlock>
  /** The newest block in memory, however old that is. */
  latest(): SeenBlock | undefined
  /**
   * Starts the polling if nobody listened yet; the returned function ends the subscription. An `idle` listener receives
   * the same calls, but nothing is polled for it alone.
   */
  subscribe(listener: BlockListener, options?: { idle?: boolean | undefined }): () => void
  /** Whether every block after that number is in memory, so that a transaction sent then cannot be missed. */
  covers(afterBlock: number): boolean
  /** The block in memory that holds a transaction. */
  find(transaction: Hash): SeenBlock | undefined
  /** A block's own time on the timeline of `performance.now()`, see {@link BlockTimes}. */
  timeOf(block: SeenBlock): number
  stats(): BlockFeedStats
  /** Stops polling and ends all subscriptions. */
  close(): void
}

/** What a feed has been through. */
export type BlockFeedStats = {
  blocks: number
  reorgs: number
  deepestReorg: number
  failedLooks: number
  /**
   * How far this machine's clock was ahead of a new block's timestamp, at the least: the difference of the clocks, and the
   * shortest time that a block takes to arrive. Below 0, this machine is behind for sure. `null` before the first block.
   */
  clockAheadMs: number | null
}

/**
 * Makes the one reader of blocks of a process. Fees, receipts and lanes all take the head from here, so that their cost is a
 * few calls a block however many flows there are.
 *
 * It polls `eth_getBlockByNumber('latest')` only while somebody listens, fetches the blocks in between by number, and
 * follows reorganizations by parent hashes. A block whose fetch failed is fetched again at the next look. A head that
 * is already known but not the newest is a lagging node, not a reorganization; so is one from shortly before the feed began.
 *
 * @example
 * const feed = createBlockFeed({ rpc, pollIntervalMs: 500 })
 * const { baseFeePerGas } = await feed.head({ signal })
 * const stop = feed.subscribe({ onBlock: (block) => console.log(block.number) })
 */
export function createBlockFeed(options: BlockFeedOptions): BlockFeed {
  const { rpc, pollIntervalMs, keep = 64, clock = systemClock } = options
  const memory = new BlockMemory(keep)
  const times = new BlockTimes()
  const readPath = createPathReader({ rpc, memory, clock })
  const listeners = new BlockListeners({ look: lookOnce, intervalMs: pollIntervalMs, clock })
  const counts = { blocks: 0, reorgs: 0, deepestReorg: 0, failedLooks: 0 }
  let lookedAtMs = Number.NEGATIVE_INFINITY
  let looking: Promise<SeenBlock> | undefined

  async function look(): Promise<SeenBlock> {
    const startedMs = clock.now()
    const latest = await readBlock(rpc, 'latest')
    if (latest === null) throw new LoadTestError('CHAIN_RPC_ERROR', 'The node has no latest block.')
    const seen = { ...latest, seenAtMs: clock.now() }
    if (!memory.has(seen.hash) && !isBeforeMemory(seen)) {
      const gap = seen.number - (memory.tip?.number ?? seen.number)
      // While nobody listens, nobody misses the blocks in between; an idle listener gets as many as memory holds.
      const mostGap = listeners.isEmpty ? 1 : keep
      if (listeners.isCatchingUp && gap > mostGap) memory.clear()
      adopt(await readPath(seen))
    }
    listeners.caughtUp()
    lookedAtMs = startedMs
    return memory.tip ?? seen
  }

  /** Whether a head comes from shortly before the first block that was seen: its node lags behind. */
  function isBeforeMemory({ number }: SeenBlock): boolean {
    const { oldest, isFull } = memory
    return oldest !== undefined && !isFull && number < oldest.number && oldest.number - number <= keep
  }

  function adopt(path: readonly SeenBlock[]): void {
    // Without an ancestor in memory the reorganization is deeper than we remember: everything goes.
    const removed = memory.cutAfter(path[0]?.parentHash)
    if (removed.length > 0) {
      counts.reorgs += 1
      counts.deepestReorg = Math.max(counts.deepestReorg, removed.length)
      listeners.onReorg(removed)
    }
    for (const block of path) {
      memory.append(block)
      times.see(block)
      counts.blocks += 1
      listeners.onBlock(block)
    }
  }

  /** All callers at the same time share one look. */
  function refresh(): Promise<SeenBlock> {
    looking ??= look().finally(() => {
      looking = undefined
    })
    return looking
  }

  async function lookOnce(): Promise<void> {
    try {
      await refresh()
    } catch {
      // Callers that wait have a time-out of their own; the next look may succeed.
      counts.failedLooks += 1
    }
  }

  return {
    async head({ signal, maxAgeMs = 2 * pollIntervalMs } = {}) {
      const { tip } = memory
      if (tip !== undefined && clock.now() - lookedAtMs <= maxAgeMs) return tip
      return await raceAbort(refresh(), signal)
    },
    latest: () => memory.tip,
    subscribe: (listener, subscription) => listeners.add(listener, subscription),
    covers: (afterBlock) => memory.oldest !== undefined && memory.oldest.number <= afterBlock + 1,
    find: (transaction) => memory.find(transaction),
    timeOf: (block) => times.timeOf(block),
    stats: () => ({ ...counts, clockAheadMs: times.clockAheadMs() }),
    close: () => listeners.clear(),
  }
}
