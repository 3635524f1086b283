import type { Hash } from 'viem'
import { type Clock, systemClock } from '../../async/clock.ts'
import { raceAbort } from '../../async/race-abort.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { createBatchCaller } from '../rpc/batch-caller.ts'
import { type Block, readBlock, readBlocks } from '../rpc/chain-reads.ts'
import type { RpcPool } from '../rpc/rpc.ts'

// What other rooms build on: createBlockFeed({ rpc }) -> BlockFeed { head, subscribe, covers, find, stats, close }.

/** Blocks that are read by their numbers at once. */
const readAtOnce = 100

/** A block as this process saw it. */
export type SeenBlock = Block & {
  /** When this process first saw it: monotonic milliseconds, on the timeline of `performance.now()`. */
  seenAtMs: number
}

/** What a subscriber is told. */
export type BlockListener = {
  /** Each new block of the chain, in order, none left out. */
  onBlock(block: SeenBlock): void
  /** Blocks that are no longer of the chain, newest first; their replacements follow as new blocks. */
  onReorg?(removed: readonly SeenBlock[]): void
  /** After each look at the chain, also when there was no new block or the look failed. */
  onTick?(): void
}

/** Settings of {@link createBlockFeed}. */
export type BlockFeedOptions = {
  rpc: RpcPool
  /** Time between looks at the head while somebody listens, milliseconds. @default 250 */
  pollIntervalMs?: number
  /** Blocks kept, which is also the depth of reorganization that is followed. @default 64 */
  keep?: number
  /** @default the process's clock */
  clock?: Clock
}

/** The one reader of blocks of a process, see {@link createBlockFeed}. */
export type BlockFeed = {
  /**
   * Gives the newest block, from memory if it was looked at within `maxAgeMs`.
   *
   * @throws LoadTestError a `CHAIN_*` code; the signal's reason.
   */
  head(options?: { signal?: AbortSignal | undefined; maxAgeMs?: number }): Promise<SeenBlock>
  /** The newest block in memory, however old that is. */
  latest(): SeenBlock | undefined
  /**
   * Starts the polling if nobody listened yet; the returned function ends the subscription. An `idle` listener is told
   * the same, but nothing is polled for it alone.
   */
  subscribe(listener: BlockListener, options?: { idle?: boolean }): () => void
  /** Whether every block after that number is in memory, so that a transaction sent then cannot be missed. */
  covers(afterBlock: number): boolean
  /** The block in memory that holds a transaction. */
  find(transaction: Hash): SeenBlock | undefined
  /**
   * A block's own time on the timeline of `performance.now()`, never later than it was seen here.
   *
   * The chain's clock and this machine's need not agree. Of all blocks so far, the one that was seen soonest after its
   * timestamp is taken to have been seen at once; so the time of a block can be too late by what even that one took, and
   * too early by the second that is a timestamp's grain.
   */
  timeOf(block: SeenBlock): number
  stats(): BlockFeedStats
  /** Stops polling, whoever listens. */
  close(): void
}

/** What a feed has been through. */
export type BlockFeedStats = {
  blocks: number
  reorgs: number
  deepestReorg: number
  failedLooks: number
  /**
   * How far this machine's clock was ahead of a new block's timestamp, at the least: what the clocks differ by, and the
   * shortest way of a block to here. Below 0, this machine is behind for sure. `null` before the first block.
   */
  clockAheadMs: number | null
}

/**
 * Makes the one reader of blocks of a process: fees, receipts and lanes all take the head from here, so that their
 * cost is a few calls a block however many flows there are.
 *
 * It polls `eth_getBlockByNumber('latest')` only while somebody listens, fetches what lies between by number, and
 * follows reorganizations by parent hashes. A block whose fetch failed is fetched again at the next look. A head that
 * is already known but not the newest is a lagging node, not a reorganization.
 *
 * @example
 * const feed = createBlockFeed({ rpc })
 * const { baseFeePerGas } = await feed.head({ signal })
 * const stop = feed.subscribe({ onBlock: (block) => console.log(block.number) })
 */
export function createBlockFeed(options: BlockFeedOptions): BlockFeed {
  const { rpc, pollIntervalMs = 250, keep = 64, clock = systemClock } = options
  const callAll = createBatchCaller(rpc)
  const listeners = new Set<BlockListener>()
  /** Those that the polling is for. */
  const busy = new Set<BlockListener>()
  const stats = { blocks: 0, reorgs: 0, deepestReorg: 0, failedLooks: 0 }
  /** From a timestamp, in milliseconds, to when its block was seen, at the least. */
  let soonestMs = Number.POSITIVE_INFINITY
  /** The newest blocks of the chain, oldest first, each the parent of the next. */
  const chain: SeenBlock[] = []
  const known = new Map<Hash, SeenBlock>()
  const blockOf = new Map<Hash, SeenBlock>()
  let lookedAtMs = Number.NEGATIVE_INFINITY
  let looking: Promise<SeenBlock> | undefined
  /** Listening has just begun, after a time of which nobody needs to know. */
  let resuming = false
  let stopPolling: (() => void) | undefined

  const tip = (): SeenBlock | undefined => chain.at(-1)

  function append(block: SeenBlock): void {
    chain.push(block)
    known.set(block.hash, block)
    soonestMs = Math.min(soonestMs, block.seenAtMs - block.timestamp * 1000)
    for (const hash of block.transactions) blockOf.set(hash, block)
    while (chain.length > keep) forget(chain.shift())
  }

  function forget(block: SeenBlock | undefined): void {
    if (block === undefined) return
    known.delete(block.hash)
    for (const hash of block.transactions) if (blockOf.get(hash) === block) blockOf.delete(hash)
  }

  function clear(): void {
    for (const block of chain.splice(0)) forget(block)
  }

  async function look(): Promise<SeenBlock> {
    const startedMs = clock.now()
    const latest = await readBlock(rpc, 'latest')
    if (latest === null) throw new LoadTestError('CHAIN_RPC_ERROR', 'The node has no latest block.')
    const seen = { ...latest, seenAtMs: clock.now() }
    if (!known.has(seen.hash)) {
      const current = tip()
      const gap = seen.number - (current?.number ?? seen.number)
      // While nobody listens, nobody misses what lies between; who is idle is told of what memory goes back to.
      const mostGap = listeners.size === 0 ? 1 : keep
      if ((busy.size === 0 || resuming) && gap > mostGap) clear()
      adopt(tip() === undefined ? [seen] : await pathTo(seen))
    }
    resuming = false
    lookedAtMs = startedMs
    return tip() ?? seen
  }

  /** The blocks from the first unknown one up to the given one. */
  async function pathTo(latest: SeenBlock): Promise<SeenBlock[]> {
    const current = tip()
    const oldest = chain[0]
    if (current === undefined || oldest === undefined || latest.parentHash === current.hash) return [latest]
    const path = await pathForward(current, latest)
    if (path !== undefined) return path

    // Another branch: walk back by parent hashes to a block we know.
    const branch: SeenBlock[] = [latest]
    for (;;) {
      const first = branch[0]
      if (first === undefined || known.has(first.parentHash) || first.number <= oldest.number) return branch
      const parent = toSeen(await readBlock(rpc, { hash: first.parentHash }))
      if (parent === undefined) {
        throw new LoadTestError(
          'CHAIN_RPC_ERROR',
          `The node does not have the parent of block ${first.number}.`,
        )
      }
      branch.unshift(parent)
    }
  }

  /**
   * The blocks after one up to another, if they follow from each other. They are read some at a time: a head that is far
   * ahead may be a lie, of which the first blocks tell.
   */
  async function pathForward(current: SeenBlock, latest: SeenBlock): Promise<SeenBlock[] | undefined> {
    const path: SeenBlock[] = []
    for (let from = current.number + 1; from < latest.number; from += readAtOnce) {
      const to = Math.min(from + readAtOnce, latest.number) - 1
      for (const block of (await readBlocks(callAll, from, to)).map(toSeen)) {
        if (block?.parentHash !== (path.at(-1) ?? current).hash) return undefined
        path.push(block)
      }
    }
    return latest.parentHash === (path.at(-1) ?? current).hash ? [...path, latest] : undefined
  }

  const toSeen = (block: Block | null): SeenBlock | undefined =>
    block === null ? undefined : { ...block, seenAtMs: clock.now() }

  function adopt(path: readonly SeenBlock[]): void {
    const ancestor = path[0] === undefined ? undefined : known.get(path[0].parentHash)
    // Without an ancestor in memory the reorganization is deeper than we remember: everything goes.
    const keepCount = ancestor === undefined ? 0 : chain.indexOf(ancestor) + 1
    const removed = chain.splice(keepCount).reverse()
    for (const block of removed) forget(block)
    if (removed.length > 0) {
      stats.reorgs += 1
      stats.deepestReorg = Math.max(stats.deepestReorg, removed.length)
      for (const listener of [...listeners]) listener.onReorg?.(removed)
    }
    for (const block of path) {
      append(block)
      stats.blocks += 1
      for (const listener of [...listeners]) listener.onBlock(block)
    }
  }

  function refresh(): Promise<SeenBlock> {
    looking ??= look().finally(() => {
      looking = undefined
    })
    return looking
  }

  function startPolling(): () => void {
    let timer: NodeJS.Timeout | undefined
    let stopped = false
    const poll = async (): Promise<void> => {
      const startedMs = clock.now()
      try {
        await refresh()
      } catch {
        // Whoever waits has a time-out of its own; the next look may succeed.
        stats.failedLooks += 1
      }
      if (stopped) return
      for (const listener of [...listeners]) listener.onTick?.()
      if (stopped) return
      timer = setTimeout(poll, Math.max(10, pollIntervalMs - (clock.now() - startedMs)))
    }
    timer = setTimeout(poll, pollIntervalMs)
    return () => {
      stopped = true
      clearTimeout(timer)
    }
  }

  return {
    async head({ signal, maxAgeMs = 2 * pollIntervalMs } = {}) {
      const current = tip()
      if (current !== undefined && clock.now() - lookedAtMs <= maxAgeMs) return current
      return await raceAbort(refresh(), signal)
    },
    latest: tip,
    subscribe(listener, { idle = false } = {}) {
      listeners.add(listener)
      if (!idle) busy.add(listener)
      if (!idle && stopPolling === undefined) {
        resuming = true
        stopPolling = startPolling()
      }
      return () => {
        listeners.delete(listener)
        busy.delete(listener)
        if (busy.size > 0) return
        stopPolling?.()
        stopPolling = undefined
      }
    },
    covers(afterBlock) {
      const oldest = chain[0]
      return oldest !== undefined && oldest.number <= afterBlock + 1
    },
    find: (transaction) => blockOf.get(transaction),
    timeOf: ({ timestamp, seenAtMs }) => Math.min(seenAtMs, timestamp * 1000 + soonestMs),
    stats: () => ({
      ...stats,
      clockAheadMs: Number.isFinite(soonestMs) ? Math.round(soonestMs + performance.timeOrigin) : null,
    }),
    close() {
      listeners.clear()
      busy.clear()
      stopPolling?.()
      stopPolling = undefined
    },
  }
}
