import type { BlockFeed } from './block-feed.ts'

/** What a process has seen of reorganizations, see {@link watchReorgs}. */
export type ReorgWatch = {
  /** Reorganizations seen so far. */
  count(): number
  /** Blocks that the deepest of them took back; 0 without any. */
  deepest(): number
  /** Whether a block with this number was taken back: what it held may be in another block now, or in none. */
  hasRemoved(blockNumber: number): boolean
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

/**
 * Remembers which blocks the chain has taken back, as the block feed sees it. It asks for nothing on its own: blocks are
 * polled only while somebody else listens, or a burial is waited for.
 *
 * @example
 * const reorgs = watchReorgs(feed)
 * if (reorgs.hasRemoved(receipt.blockNumber)) await readReceipt(rpc, hash)
 */
export function watchReorgs(feed: Pick<BlockFeed, 'subscribe' | 'latest'>): ReorgWatch {
  const removedNumbers = new Set<number>()
  let count = 0
  let deepest = 0
  const unsubscribe = feed.subscribe(
    {
      onBlock() {},
      onReorg(removed) {
        count += 1
        deepest = Math.max(deepest, removed.length)
        for (const { number } of removed) removedNumbers.add(number)
      },
    },
    { idle: true },
  )
  const isBuried = (blockNumber: number): boolean =>
    deepest === 0 || (feed.latest()?.number ?? 0) > blockNumber + deepest

  return {
    count: () => count,
    deepest: () => deepest,
    hasRemoved: (blockNumber) => removedNumbers.has(blockNumber),
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
