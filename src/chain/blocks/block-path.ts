import type { Clock } from '../../async/clock.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { createBatchCaller } from '../rpc/batch-caller.ts'
import { type Block, readBlock, readBlocks } from '../rpc/chain-reads.ts'
import type { RpcPool } from '../rpc/rpc.ts'
import type { BlockMemory } from './block-memory.ts'
import type { SeenBlock } from './seen-block.ts'

/** Blocks that are read by their numbers at once. */
const readAtOnce = 100

/**
 * Makes the function that reads the blocks between those in memory and a new head.
 *
 * The returned function gives the blocks from the first unknown one up to the head. The parent of the first is in memory,
 * unless the chain has changed further back than memory reaches. It throws a LoadTestError with a `CHAIN_*` code.
 *
 * @example const readPath = createPathReader({ rpc, memory, clock }); const blocks = await readPath(head)
 */
export function createPathReader(options: {
  rpc: RpcPool
  memory: BlockMemory
  clock: Clock
}): (head: SeenBlock) => Promise<SeenBlock[]> {
  const { rpc, memory, clock } = options
  const callAll = createBatchCaller(rpc)

  const toSeen = (block: Block | null): SeenBlock | undefined =>
    block === null ? undefined : { ...block, seenAtMs: clock.now() }

  /**
   * Reads the blocks after the tip up to the head, if they follow from each other. They are read some at a time: a head that
   * is far ahead may be a lie, which shows in the first blocks.
   */
  async function readForward(tip: SeenBlock, head: SeenBlock): Promise<SeenBlock[] | undefined> {
    const path: SeenBlock[] = []
    for (let from = tip.number + 1; from < head.number; from += readAtOnce) {
      const to = Math.min(from + readAtOnce, head.number) - 1
      for (const block of (await readBlocks(callAll, from, to)).map(toSeen)) {
        if (block?.parentHash !== (path.at(-1) ?? tip).hash) return undefined
        path.push(block)
      }
    }
    return head.parentHash === (path.at(-1) ?? tip).hash ? [...path, head] : undefined
  }

  /** Walks another branch back by parent hashes, to a block in memory. */
  async function readBack(oldest: SeenBlock, head: SeenBlock): Promise<SeenBlock[]> {
    const branch: SeenBlock[] = []
    let first = head
    while (!memory.has(first.parentHash) && first.number > oldest.number) {
      branch.unshift(first)
      const parent = toSeen(await readBlock(rpc, { hash: first.parentHash }))
      if (parent === undefined) {
        throw new LoadTestError(
          'CHAIN_RPC_ERROR',
          `The node does not have the parent of block ${first.number}.`,
        )
      }
      first = parent
    }
    return [first, ...branch]
  }

  return async (head) => {
    const { tip, oldest } = memory
    if (tip === undefined || oldest === undefined || head.parentHash === tip.hash) return [head]
    return (await readForward(tip, head)) ?? (await readBack(oldest, head))
  }
}
