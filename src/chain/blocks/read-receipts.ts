import type { Hash } from 'viem'
import { createBatchCaller } from '../rpc/batch-caller.ts'
import { completeReceipt, type Receipt } from '../rpc/chain-reads.ts'
import type { RpcPool } from '../rpc/rpc.ts'

/**
 * Reads the receipts of transactions whose blocks are not known, in batches; those that are in no block are left out.
 *
 * @throws LoadTestError a `CHAIN_*` code; the signal's reason
 * @example const receipts = await readReceipts(rpc, hashes); receipts.get(hash)?.blockNumber
 */
export async function readReceipts(
  rpc: RpcPool,
  hashes: readonly Hash[],
  options: { signal?: AbortSignal | undefined } = {},
): Promise<Map<Hash, Receipt>> {
  const outcomes = await createBatchCaller(rpc)(
    hashes.map((hash) => ({ method: 'eth_getTransactionReceipt', params: [hash] })),
    options,
  )
  const receipts = await Promise.all(
    outcomes.map(async (outcome) => {
      if (!outcome.ok) throw outcome.error
      return await completeReceipt(rpc, outcome.result, options)
    }),
  )
  return new Map(
    receipts.filter((receipt) => receipt !== null).map((receipt) => [receipt.transactionHash, receipt]),
  )
}
