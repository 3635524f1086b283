import type { BlockFeed } from '../src/chain/blocks/block-feed.ts'
import type { SeenBlock } from '../src/chain/blocks/seen-block.ts'

/** How fast blocks take transactions while somebody sends. */
export type MinedRate = {
  /** Transactions a second, from the first block that holds any to the last that came while there was more to send. */
  perSecond: number
  transactions: number
  blocks: number
}

/**
 * Measures how many transactions a second get into blocks while `send` keeps the chain supplied. What comes before the
 * first full block and after the last send is left out: only whole blocks count, so that a block's length is no error.
 *
 * @param send resolves when there is nothing more to send
 * @throws Error when there were too few blocks to tell
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
    throw new Error(`Only ${full.length} blocks came while transactions were sent: too few to tell a rate.`)
  }
  const transactions = full.slice(1).reduce((sum, block) => sum + block.transactions.length, 0)
  const seconds = (last.seenAtMs - first.seenAtMs) / 1000
  return { perSecond: transactions / seconds, transactions, blocks: full.length - 1 }
}
