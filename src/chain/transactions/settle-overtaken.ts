import type { Clock } from '../../async/clock.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { isFinal, type Sighting } from '../blocks/finality.ts'
import type { LaneEntry } from '../lanes/lane-entry.ts'
import type { LaneOptions } from '../lanes/lane-options.ts'
import type { NonceAllocator } from '../lanes/nonce-allocator.ts'
import type { PendingTransactions } from '../lanes/pending-transactions.ts'
import { readReceipt, readTransactionCount } from '../rpc/chain-reads.ts'
import { isNodeFailure } from '../rpc/rpc-error.ts'

/** What settling needs of its lane. */
export type SettleOvertakenOptions = Pick<LaneOptions, 'rpc' | 'feed' | 'account'> & {
  clock: Clock
  pending: PendingTransactions
  nonces(): NonceAllocator | undefined
}

/** Where a node can't count at a block, its newest count has to stand for so long; other backends are not so far behind. */
const uncheckedAfterMs = 300_000

/**
 * Makes the part of a lane that finds out what became of a transaction whose nonce the chain has counted, while no block
 * with it was seen.
 *
 * A node may count a transaction before it has the receipt, and behind one address there may be backends that are blocks
 * apart. So the transaction is given up only when its nonce is counted at a block that was seen here too, and after some
 * blocks more none of its hashes has a receipt: then the nonce went to another transaction. Until then it stays pending.
 *
 * The returned function looks once. It throws a LoadTestError with a `CHAIN_*` code when a node can't be asked.
 *
 * @example const settle = createSettleOvertaken({ rpc, feed, account, clock, pending, nonces }); await settle(entry)
 */
export function createSettleOvertaken(options: SettleOvertakenOptions): (entry: LaneEntry) => Promise<void> {
  const { rpc, feed, account, clock, pending } = options
  const stickyKey = account.address
  /** How many transactions the account has in blocks up to that one; many entries may be asked about at one block. */
  let counted: { block: number; count: number | undefined } | undefined

  /** @returns `undefined` if the node can't tell */
  async function countAt(block: number): Promise<number | undefined> {
    if (counted?.block === block && counted.count !== undefined) return counted.count
    const count = await readTransactionCount(rpc, stickyKey, { at: block, stickyKey }).catch(
      (error: unknown) => {
        // It does not have that block yet, or that state no more.
        if (error instanceof LoadTestError && !isNodeFailure(error)) return undefined
        throw error
      },
    )
    counted = { block, count }
    return count
  }

  async function isMined(entry: LaneEntry): Promise<boolean> {
    for (const hash of entry.hashes) {
      const receipt = await readReceipt(rpc, hash, { stickyKey })
      if (receipt === null) continue
      pending.confirm(entry, hash, { hash: receipt.blockHash, number: receipt.blockNumber })
      return true
    }
    return false
  }

  return async (entry) => {
    if (await isMined(entry)) return
    const { number: block } = await feed.head()
    const now: Sighting = { block, atMs: clock.now() }
    const count = await countAt(block)
    const isCounted = count !== undefined && count > entry.nonce
    if (!isCounted) {
      const newest = await readTransactionCount(rpc, stickyKey, { stickyKey })
      if (newest <= entry.nonce) {
        // A reorganization took back what was counted; or the node lags behind, and will say so when it is offered again.
        entry.overtaken = undefined
        options.nonces()?.reopen(newest)
        return
      }
      // That block came before the one that used the nonce.
      if (count !== undefined) return
    }
    // A block may have settled it meanwhile.
    if (pending.byNonce.get(entry.nonce) !== entry) return
    if (entry.overtaken?.isShown !== isCounted) entry.overtaken = { ...now, isShown: isCounted }
    const { overtaken } = entry
    const isLost = isCounted ? isFinal(overtaken, now) : now.atMs - overtaken.atMs >= uncheckedAfterMs
    if (isLost) pending.drop(entry)
  }
}
