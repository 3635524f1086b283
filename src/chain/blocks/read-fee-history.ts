import { numberToHex } from 'viem'
import { z } from 'zod'
import type { RpcPool, RpcRequestOptions } from '../rpc/rpc.ts'
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

/**
 * Reads what blocks up to the newest one have cost, fewer of them if the node does not have as many.
 *
 * @param percentile of the tips in each block, weighted by gas, from 0 to 100
 */
export async function readFeeHistory(
  rpc: RpcPool,
  blocks: number,
  newest: number,
  percentile: number,
  options?: RpcRequestOptions,
): Promise<FeeHistory> {
  const method = 'eth_feeHistory'
  const params = [numberToHex(blocks), numberToHex(newest), [percentile]]
  return parseShape(feeHistorySchema, await rpc.request(method, params, options), method)
}
