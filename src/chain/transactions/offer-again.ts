import type { Hash } from 'viem'
import type { BlockFeed } from '../blocks/block-feed.ts'
import type { RpcPool } from '../rpc/rpc.ts'
import type { SignedTransaction } from './broadcast.ts'

/** Transactions that are offered again when a reorganization takes them back, see {@link offerAgain}. */
export type OfferedAgain = {
  /** Keeps a transaction that was sent when this was the newest block. */
  keep(transaction: SignedTransaction, afterBlock: number): void
  close(): void
}

/** For so many blocks after it was sent, a transaction is kept. */
const keptBlocks = 64

/**
 * Offers the transactions of removed blocks to the nodes again. Most nodes put them back into their pool themselves, and
 * some lose them; the same bytes cannot be mined twice. What a node refuses is left alone: its nonce is used by then.
 *
 * @example const offered = offerAgain({ rpc, feed }); offered.keep({ raw, hash }, afterBlock)
 */
export function offerAgain(parts: {
  rpc: Pick<RpcPool, 'request'>
  feed: Pick<BlockFeed, 'subscribe'>
}): OfferedAgain {
  const { rpc, feed } = parts
  /** In the order in which they were sent. */
  const kept = new Map<Hash, { transaction: SignedTransaction; afterBlock: number }>()
  const forgetOlder = (block: number): void => {
    for (const [hash, { afterBlock }] of kept) {
      if (afterBlock + keptBlocks >= block) return
      kept.delete(hash)
    }
  }
  const close = feed.subscribe(
    {
      onBlock: ({ number }) => forgetOlder(number),
      onReorg(removed) {
        for (const hash of removed.flatMap(({ transactions }) => transactions)) {
          const raw = kept.get(hash)?.transaction.raw
          if (raw !== undefined) void rpc.request('eth_sendRawTransaction', [raw]).catch(() => undefined)
        }
      },
    },
    { idle: true },
  )
  return {
    keep: (transaction, afterBlock) => void kept.set(transaction.hash, { transaction, afterBlock }),
    close,
  }
}
