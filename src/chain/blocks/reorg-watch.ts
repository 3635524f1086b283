import type { BlockFeed } from './block-feed.ts'

/** What a process has seen of reorganizations, see {@link watchReorgs}. */
export type ReorgWatch = {
  /** Reorganizations seen so far. */
  count(): number
  /** Blocks that the deepest of them took back; 0 without any. */
  deepest(): number
  /**
   * Whether a block with this number may have been taken back, so that what it held is in another block now, or in none.
   * After a reorganization that holds for all blocks from 64 before it on: a node may have given a receipt from a block
   * that went before the feed saw it.
   */
  mayBeRemoved(blockNumber: number): boolean
  /**
   * Waits until a block is out of reach of a reorganization one block deeper than the deepest so far. Without any
   * reorganization it resolves at once.
   *
   * @returns whether the block came to that depth in time
   * @throws the signal's reason
   */
  bury(
    blockNumber: number,
    options: { timeoutMs?: number; signal?: AbortSignal | undefined },
  ): Promise<boolean>
  close(): void
}

/** So many blocks before the lowest that was taken back are doubted as well. */
const doubtfulBlocks = 64

/**
 * Remembers from where on the chain has taken blocks back, as the block feed sees it. It asks for nothing on its own: blocks are
 * polled only while somebody else listens, or a burial is waited for.
 *
 * @example
 * const reorgs = watchReorgs(feed)
 * if (reorgs.mayBeRemoved(receipt.blockNumber)) await readReceipt(rpc, hash)
 */
export function watchReorgs(feed: Pick<BlockFeed, 'subscribe' | 'latest'>): ReorgWatch {
  let lowest = Number.POSITIVE_INFINITY
  let count = 0
  let deepest = 0
  const unsubscribe = feed.subscribe(
    {
      onBlock() {},
      onReorg(removed) {
        count += 1
        deepest = Math.max(deepest, removed.length)
        for (const { number } of removed) lowest = Math.min(lowest, number)
      },
    },
    { idle: true },
  )
  const isBuried = (blockNumber: number): boolean =>
    deepest === 0 || (feed.latest()?.number ?? 0) > blockNumber + deepest

  return {
    count: () => count,
    deepest: () => deepest,
    mayBeRemoved: (blockNumber) => blockNumber >= lowest - doubtfulBlocks,
    async bury(blockNumber, { timeoutMs = 120_000, signal }) {
      signal?.throwIfAborted()
      if (isBuried(blockNumber)) return true
      let stop = (): void => {}
      try {
        return await new Promise<boolean>((resolve, reject) => {
          const look = (): void => {
            if (isBuried(blockNumber)) resolve(true)
          }
          const unlisten = feed.subscribe({ onBlock: look, onTick: look })
          const timer = setTimeout(() => resolve(false), timeoutMs)
          const onAbort = (): void => reject(signal?.reason)
          signal?.addEventListener('abort', onAbort, { once: true })
          stop = () => {
            unlisten()
            clearTimeout(timer)
            signal?.removeEventListener('abort', onAbort)
          }
        })
      } finally {
        stop()
      }
    },
    close: unsubscribe,
  }
}
