import type { AnvilClient } from './anvil-client.ts'

/**
 * Mines a block at every tick of an absolute schedule, so that delays do not add up. Ticks during a block are skipped.
 *
 * Anvil's own interval mining does not fit. With block times up to 2 s it always keeps 1,500 past states in memory, each a
 * copy of all accounts: 4 GB and 80 ms of CPU per flow after 2,500 flows, growing with the square (measured with anvil
 * 1.7.1). It also cannot fix the base fee, which by EIP-1559 rises by an eighth with every full block: a millionfold in two
 * minutes of full one-second blocks.
 *
 * @param blockTimeMs milliseconds between blocks
 * @param fixedBaseFeeWei base fee of every block; undefined for EIP-1559
 * @returns a function that stops it and resolves once no block is being mined
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
      // The next tick follows a failed block too: only anvil's end ends its blocks.
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
