import { type Hash, numberToHex } from 'viem'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { createBatchCaller } from '../rpc/batch-caller.ts'
import { completeReceipt, type Receipt } from '../rpc/chain-reads.ts'
import type { RpcPool } from '../rpc/rpc.ts'
import { isNodeFailure } from '../rpc/rpc-error.ts'

/** A block as far as reading its receipts needs it. */
type ReceiptBlock = { hash: Hash; number: number; transactions: readonly Hash[] }

/** What `eth_getBlockReceipts` gave: receipts, a failure that may pass, or the word that there is no such method. */
type BlockAnswer = { receipts: readonly unknown[] } | 'failed' | 'refused'

/** So many failures in a row, each beside single calls that worked, switch `eth_getBlockReceipts` off. */
const failuresToSwitch = 2

/**
 * Makes a reader of receipts that asks in the cheapest way the node allows: `eth_getBlockReceipts`; else batches of
 * 100; else single calls.
 *
 * Nodes without `eth_getBlockReceipts` say so by many codes, by an HTTP status, or not at all: with `null`, or with receipts of
 * another block. Whatever it is, the receipts are asked for one by one at once. When those are there, the method is not used
 * again after a refusal, or after two failures in a row.
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
  let failures = 0

  async function askForBlock(block: ReceiptBlock): Promise<BlockAnswer> {
    try {
      // Without patience: single calls are the way out.
      const answer = await rpc.request('eth_getBlockReceipts', [numberToHex(block.number)], { patienceMs: 0 })
      return { receipts: Array.isArray(answer) ? answer : [] }
    } catch (error) {
      if (!(error instanceof LoadTestError)) throw error
      const { status } = error.details
      const isClientError = typeof status === 'number' && status < 500 && error.code !== 'CHAIN_RATE_LIMITED'
      return isClientError || !isNodeFailure(error) ? 'refused' : 'failed'
    }
  }

  async function askSingly(hashes: readonly Hash[]): Promise<unknown[]> {
    const outcomes = await callAll(
      hashes.map((hash) => ({ method: 'eth_getTransactionReceipt', params: [hash] })),
    )
    return outcomes.map((outcome) => {
      if (outcome.ok) return outcome.result
      throw outcome.error
    })
  }

  /** Only ours are checked for shape: a public block may hold hundreds of others. */
  async function pick(
    answers: readonly unknown[],
    block: ReceiptBlock,
    wanted: ReadonlySet<unknown>,
  ): Promise<Receipt[]> {
    const ours = answers.filter((one) =>
      wanted.has((one as { transactionHash?: unknown } | null)?.transactionHash),
    )
    const receipts = await Promise.all(ours.map((one) => completeReceipt(rpc, one)))
    return receipts.filter((one) => one !== null).filter(({ blockHash }) => blockHash === block.hash)
  }

  return async (block, wanted) => {
    if (wanted.length === 0) return []
    const wantedSet = new Set<unknown>(wanted)
    // For a single receipt among many, the single call is as cheap for the node and lighter for us.
    if (wanted.length === 1 || failures >= failuresToSwitch) {
      return await pick(await askSingly(wanted), block, wantedSet)
    }
    const answer = await askForBlock(block)
    const found = typeof answer === 'string' ? [] : await pick(answer.receipts, block, wantedSet)
    const foundSet = new Set(found.map(({ transactionHash }) => transactionHash))
    const [first, ...rest] = wanted.filter((hash) => !foundSet.has(hash))
    if (first === undefined) {
      failures = 0
      return found
    }
    // A node may know a block before its receipts: one call tells, where the method works at all.
    const singles = await pick(
      await askSingly(typeof answer === 'string' ? [first, ...rest] : [first]),
      block,
      wantedSet,
    )
    if (singles.length === 0) return found
    failures += answer === 'refused' ? failuresToSwitch : 1
    if (typeof answer !== 'string') singles.push(...(await pick(await askSingly(rest), block, wantedSet)))
    return [...found, ...singles]
  }
}
