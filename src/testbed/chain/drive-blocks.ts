import type { AnvilClient } from './anvil-client.ts'

/**
 * Has an anvil mine a block at every tick of an absolute schedule, so that lateness does not accumulate; ticks that pass
 * while a block is being mined are left out.
 *
 * Anvil's own interval mining is not used. With block times up to 2 s it keeps 1,500 past states in memory whatever it
 * is told, each a copy of all accounts: 4 GB and 80 ms of CPU a flow after 2,500 flows, rising with the square (measured
 * with anvil 1.7.1). Nor can it keep the base fee, which by EIP-1559 rises by an eighth with every full block: a
 * millionfold in two minutes of full blocks of one second.
 *
 * @param blockTimeMs milliseconds from block to block
 * @param fixedBaseFeeWei base fee of every block, if it is to be fixed
 * @returns ends it; resolves when no block is under way
 */
export function driveBlocks(
  client: AnvilClient,
  blockTimeMs: number,
  fixedBaseFeeWei: bigint | undefined,
): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let due = performance.now()
  let mining: Promise<void> = Promise.resolve()

  const mine = async (): Promise<void> => {
    if (fixedBaseFeeWei !== undefined) {
      await client.setNextBlockBaseFeePerGas({ baseFeePerGas: fixedBaseFeeWei })
    }
    await client.mine({ blocks: 1 })
  }
  const schedule = (): void => {
    if (stopped) return
    const now = performance.now()
    due += blockTimeMs * Math.max(1, Math.ceil((now - due) / blockTimeMs))
    timer = setTimeout(() => {
      // A block that fails is followed by the next tick all the same: only anvil's end ends its blocks.
      mining = mine().then(schedule, schedule)
    }, due - now)
  }

  schedule()
  return async () => {
    stopped = true
    clearTimeout(timer)
    await mining
  }
}
