import type { Hash } from 'viem'
import { readReceipt } from '../chain/rpc/chain-reads.ts'
import type { RpcPool } from '../chain/rpc/rpc.ts'
import { tellRevert } from '../chain/transactions/explain-revert.ts'
import type { Revert } from '../chain/transactions/revert.ts'
import type { RelayedTransaction } from './relay-flight.ts'

/** Where a relayed transaction stands, as `GET /api/relay/:hash` answers it. */
export type RelayOutcome = {
  /** Under which it is known now. */
  hash: Hash
  /** `mined`: a block holds it, and it did what it was to do. `reverted`: a block holds it, and the contract refused. */
  state: 'pending' | 'mined' | 'reverted' | 'dropped'
  /** Why it reverted; `revert` is `null` where that can't be found out afterwards. */
  error?: { code: 'REVERTED'; message: string; revert: Revert | null } | undefined
}

/**
 * Makes a reader of what became of relayed transactions. The relay itself does not look into receipts, which would be a
 * call for each; here that is one for a transaction that somebody asks about, and two more if it reverted, once.
 *
 * @returns a function that rejects with LoadTestError `CHAIN_*` if the chain can't be asked
 * @example const outcomeOf = createRelayOutcomes(rpc); (await outcomeOf(transaction)).state // 'reverted'
 */
export function createRelayOutcomes(
  rpc: RpcPool,
): (transaction: Readonly<RelayedTransaction>) => Promise<RelayOutcome> {
  /** By the block: a reorganization may put a transaction into another, where it ends in another way. */
  const known = new WeakMap<
    RelayedTransaction,
    { blockNumber: number | undefined; read: Promise<RelayOutcome> }
  >()

  async function read(hash: Hash): Promise<RelayOutcome> {
    const receipt = await readReceipt(rpc, hash)
    // The node that was asked has not come to that block yet, or has left it again.
    if (receipt === null) return { hash, state: 'pending' }
    if (receipt.status === 'success') return { hash, state: 'mined' }
    const { reason, revert } = await tellRevert(rpc, receipt)
    const message = `The contract refused the transaction: ${reason}`
    return { hash, state: 'reverted', error: { code: 'REVERTED', message, revert } }
  }

  return async (transaction) => {
    const { hash, state, blockNumber } = transaction
    if (state !== 'mined') return { hash, state }
    const found = known.get(transaction)
    if (found !== undefined && found.blockNumber === blockNumber) return await found.read
    const reading = read(hash)
    known.set(transaction, { blockNumber, read: reading })
    const forget = (): void => void known.delete(transaction)
    reading.then((outcome) => outcome.state === 'pending' && forget(), forget)
    return await reading
  }
}
