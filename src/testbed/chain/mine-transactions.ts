import type { Address, Hex, TransactionReceipt } from 'viem'
import { LoadTestError } from '../../errors/load-test-error.ts'
import type { AnvilClient } from './anvil-client.ts'

/** A transaction of an account that anvil has unlocked. */
export type UnlockedTransaction = { from: Address; to?: Address; data: Hex; gas: bigint }

/**
 * Sends transactions of unlocked accounts and has them mined at once, however long the block time is.
 *
 * Those of one account keep their order; those of different accounts may be mined in any.
 *
 * @returns their receipts, in order
 * @throws LoadTestError TESTBED_START_FAILED when one reverts
 */
export async function mineTransactions(
  client: AnvilClient,
  transactions: readonly UnlockedTransaction[],
): Promise<TransactionReceipt[]> {
  const hashes: Hex[] = []
  for (const transaction of transactions) hashes.push(await client.sendUnsignedTransaction(transaction))

  const receipts: TransactionReceipt[] = []
  for (const hash of hashes) {
    const receipt = await minedReceipt(client, hash)
    if (receipt.status !== 'success') {
      throw new LoadTestError(
        'TESTBED_START_FAILED',
        `A transaction that sets up the chain reverted: ${hash}`,
      )
    }
    receipts.push(receipt)
  }
  return receipts
}

/** A block may be too small for all of them, so one is mined until this transaction is in. */
async function minedReceipt(client: AnvilClient, hash: Hex): Promise<TransactionReceipt> {
  while ((await client.getTransaction({ hash })).blockNumber === null) await client.mine({ blocks: 1 })
  return client.getTransactionReceipt({ hash })
}
