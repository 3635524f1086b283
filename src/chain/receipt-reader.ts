import { type Hash, numberToHex } from 'viem'
import { LoadTestError } from '../errors/load-test-error.ts'
import { parseReceipt, type Receipt } from './chain-reads.ts'
import type { RpcCall, RpcOutcome, RpcPool } from './rpc-pool.ts'

/** How many calls go into one batch; providers refuse more than 20 to 1000. */
const batchSize = 100

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
  let hasBlockReceipts = true
  let hasBatches = true

  return async (block, wanted) => {
    const receipts = await read(block, wanted)
    const wantedSet = new Set(wanted)
    return receipts.filter((one) => wantedSet.has(one.transactionHash) && one.blockHash === block.hash)
  }

  async function read(block: ReceiptBlock, wanted: readonly Hash[]): Promise<Receipt[]> {
    if (wanted.length === 0) return []
    // For a single receipt among many, the single call is as cheap for the node and lighter for us.
    if (hasBlockReceipts && wanted.length > 1) {
      try {
        const answer = await rpc.request('eth_getBlockReceipts', [numberToHex(block.number)])
        const wantedSet = new Set<unknown>(wanted)
        // Only ours are checked for shape: a public block may hold hundreds of others.
        return (Array.isArray(answer) ? answer : [])
          .filter((one) => wantedSet.has((one as { transactionHash?: unknown } | null)?.transactionHash))
          .map(parseReceipt)
          .filter((one) => one !== null)
      } catch (error) {
        if (!isUnsupported(error)) throw error
        hasBlockReceipts = false
      }
    }
    const calls = wanted.map((hash): RpcCall => ({ method: 'eth_getTransactionReceipt', params: [hash] }))
    if (hasBatches && calls.length > 1) {
      const found = await readBatches(calls)
      if (found !== undefined) return found
      hasBatches = false
    }
    const answers = await Promise.all(calls.map(({ method, params }) => rpc.request(method, params)))
    return answers.map(parseReceipt).filter((one) => one !== null)
  }

  /** `undefined` if the node does not take batches. */
  async function readBatches(calls: readonly RpcCall[]): Promise<Receipt[] | undefined> {
    const receipts: Receipt[] = []
    for (let i = 0; i < calls.length; i += batchSize) {
      const outcomes = await tryBatch(calls.slice(i, i + batchSize))
      if (outcomes === undefined) return undefined
      if (outcomes.every((outcome) => !outcome.ok)) {
        const error = outcomes[0]?.ok === false ? outcomes[0].error : undefined
        if (error?.code === 'CHAIN_RPC_ERROR') return undefined
        throw error
      }
      for (const outcome of outcomes) {
        if (!outcome.ok) throw outcome.error
        const receipt = parseReceipt(outcome.result)
        if (receipt !== null) receipts.push(receipt)
      }
    }
    return receipts
  }

  /** `undefined` if the node refuses the HTTP request itself, as it may refuse any batch. */
  async function tryBatch(calls: readonly RpcCall[]): Promise<RpcOutcome[] | undefined> {
    try {
      return await rpc.batch(calls)
    } catch (error) {
      const status = error instanceof LoadTestError ? error.details.status : undefined
      if (typeof status === 'number' && status >= 400 && status < 500) return undefined
      throw error
    }
  }
}

function isUnsupported(error: unknown): boolean {
  return error instanceof LoadTestError && unsupportedCodes.has(error.details.code)
}
