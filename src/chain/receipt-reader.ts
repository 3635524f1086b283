import { type Hash, numberToHex } from 'viem'
import { LoadTestError } from '../errors/load-test-error.ts'
import { createBatchCaller } from './batch-caller.ts'
import { parseReceipt, type Receipt } from './chain-reads.ts'
import type { RpcPool } from './rpc-pool.ts'

/** JSON-RPC: no such method; EIP-1474: method not supported. */
const unsupportedCodes = new Set<unknown>([-32601, -32004])

/** A block as far as reading its receipts needs it. */
type ReceiptBlock = { hash: Hash; number: number; transactions: readonly Hash[] }

/**
 * Makes a reader of receipts that asks in the cheapest way the node allows: `eth_getBlockReceipts`; else batches of
 * 100; else single calls. What the node refused once is not tried again.
 *
 * The reader gives only receipts of the named block: those that a node does not have yet, or has in another block, are
 * left out. It throws what the RPC pool throws.
 *
 * @example const readReceipts = createReceiptReader(rpc); const receipts = await readReceipts(block, wantedHashes)
 */
export function createReceiptReader(
  rpc: RpcPool,
): (block: ReceiptBlock, wanted: readonly Hash[]) => Promise<Receipt[]> {
  const callAll = createBatchCaller(rpc)
  let hasBlockReceipts = true

  async function readBlockReceipts(block: ReceiptBlock): Promise<unknown[] | undefined> {
    try {
      const answer = await rpc.request('eth_getBlockReceipts', [numberToHex(block.number)])
      return Array.isArray(answer) ? answer : []
    } catch (error) {
      if (!(error instanceof LoadTestError) || !unsupportedCodes.has(error.details.code)) throw error
      hasBlockReceipts = false
      return undefined
    }
  }

  async function readOneByOne(wanted: readonly Hash[]): Promise<unknown[]> {
    const outcomes = await callAll(
      wanted.map((hash) => ({ method: 'eth_getTransactionReceipt', params: [hash] })),
    )
    return outcomes.map((outcome) => {
      if (outcome.ok) return outcome.result
      throw outcome.error
    })
  }

  return async (block, wanted) => {
    if (wanted.length === 0) return []
    // For a single receipt among many, the single call is as cheap for the node and lighter for us.
    const all = hasBlockReceipts && wanted.length > 1 ? await readBlockReceipts(block) : undefined
    const answers = all ?? (await readOneByOne(wanted))
    const wantedSet = new Set<unknown>(wanted)
    // Only ours are checked for shape: a public block may hold hundreds of others.
    return answers
      .filter((one) => wantedSet.has((one as { transactionHash?: unknown } | null)?.transactionHash))
      .map(parseReceipt)
      .filter((one) => one !== null)
      .filter(({ blockHash }) => blockHash === block.hash)
  }
}
