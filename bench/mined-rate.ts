import type { BlockFeed } from '../src/chain/blocks/block-feed.ts'
import type { SeenBlock } from '../src/chain/blocks/seen-block.ts'

/** Rate of mined transactions while there is always more to send. */
export type MinedRate = {
  /** Transactions per second, from the first block with transactions to the last one while there was more to send. */
  perSecond: number
  transactions: number
  blocks: number
}

/**
 * Measures how many transactions per second are mined while `send` keeps the chain supplied. Counts only whole blocks, from the
 * first full one to the last send, so that the length of a block causes no error.
 *
 * @param send resolves when there is nothing more to send
 * @throws Error if there were too few blocks
 */
export async function measureMinedRate(feed: BlockFeed, send: () => Promise<void>): Promise<MinedRate> {
  const blocks: SeenBlock[] = []
  const unsubscribe = feed.subscribe({
    onBlock: (block) => void blocks.push(block),
  })
  try {
    await send()
  } finally {
    unsubscribe()
  }
  const full = blocks.slice(blocks.findIndex(({ transactions }) => transactions.length > 0))
  const [first, last] = [full[0], full.at(-1)]
  if (first === undefined || last === undefined || full.length < 3) {
    throw new Error(
      `Only ${full.length} blocks arrived while transactions were sent, too few to compute a rate.`,
    )
  }
  const transactions = full.slice(1).reduce((sum, block) => sum + block.transactions.length, 0)
  const seconds = (last.seenAtMs - first.seenAtMs) / 1000
  return { perSecond: transactions / seconds, transactions, blocks: full.length - 1 }
}
