import { type Address, BaseError, type Hex, isHex, type TransactionReceipt } from 'viem'
import { decodeRevert, describeRevert } from '../../chain/transactions/revert.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import type { AnvilClient } from './anvil-client.ts'

/** A transaction of an unlocked account. */
export type UnlockedTransaction = { from: Address; to?: Address; data: Hex; gas: bigint }

/**
 * Sends transactions of unlocked accounts and mines them at once, whatever the block time. Transactions of one account keep
 * their order.
 *
 * @returns their receipts, in order
 * @throws LoadTestError TESTBED_START_FAILED if one reverts
 */
export async function mineTransactions(
  client: AnvilClient,
  transactions: readonly UnlockedTransaction[],
): Promise<TransactionReceipt[]> {
  const hashes: Hex[] = []
  for (const transaction of transactions) hashes.push(await client.sendUnsignedTransaction(transaction))

  const receipts: TransactionReceipt[] = []
  for (const [index, hash] of hashes.entries()) {
    const receipt = await minedReceipt(client, hash)
    if (receipt.status !== 'success') {
      const reason = await revertReason(client, transactions[index], receipt.blockNumber)
      throw new LoadTestError(
        'TESTBED_START_FAILED',
        `A transaction that sets up the chain reverted: ${reason} (${hash})`,
      )
    }
    receipts.push(receipt)
  }
  return receipts
}

/** Repeats the call after its block, since receipts have no reason. */
async function revertReason(
  client: AnvilClient,
  transaction: UnlockedTransaction | undefined,
  blockNumber: bigint,
): Promise<string> {
  if (transaction === undefined) return 'unknown reason'
  const { from: account, ...call } = transaction
  try {
    await client.call({ account, ...call, blockNumber })
    return 'out of gas, or a reason that no longer applies'
  } catch (error) {
    const cause = error instanceof BaseError ? error.walk((each) => 'data' in (each as object)) : undefined
    const data = (cause as { data?: unknown } | null | undefined)?.data
    return describeRevert(decodeRevert(isHex(data) ? data : '0x'))
  }
}

/** Mines blocks until the transaction is in one: a block may be too small for all of them. */
async function minedReceipt(client: AnvilClient, hash: Hex): Promise<TransactionReceipt> {
  while ((await client.getTransaction({ hash })).blockNumber === null) await client.mine({ blocks: 1 })
  return client.getTransactionReceipt({ hash })
}
