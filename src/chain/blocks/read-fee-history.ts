import { numberToHex } from 'viem'
import { z } from 'zod'
import type { RpcPool } from '../rpc/rpc.ts'
import { parseShape, quantity, smallQuantity } from '../rpc/rpc-shapes.ts'

const feeHistorySchema = z.object({
  oldestBlock: smallQuantity,
  baseFeePerGas: z.array(quantity),
  gasUsedRatio: z.array(z.number()),
  // Nodes leave it out, or say null, where there is no block to tell of.
  reward: z
    .array(z.array(quantity))
    .nullish()
    .transform((rows) => rows ?? []),
})

/** What consecutive blocks cost; of base fees there is one more, that of the block after them. */
export type FeeHistory = z.output<typeof feeHistorySchema>

/** Which blocks to read about. */
export type FeeHistoryRange = {
  /** How many blocks; a node that does not have as many gives fewer. */
  blocks: number
  /** Number of the last of them. */
  newest: number
  /** Which of the tips in each block to read, weighted by gas, from 0 to 100. */
  percentile: number
}

/** Reads what some blocks have cost. */
export async function readFeeHistory(rpc: RpcPool, range: FeeHistoryRange): Promise<FeeHistory> {
  const { blocks, newest, percentile } = range
  const method = 'eth_feeHistory'
  const params = [numberToHex(blocks), numberToHex(newest), [percentile]]
  return parseShape(feeHistorySchema, await rpc.request(method, params), method)
}
