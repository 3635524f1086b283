import type { BlockFeed } from '../chain/blocks/block-feed.ts'
import type { ReorgWatch } from '../chain/blocks/reorg-watch.ts'
import type { Lane } from '../chain/lanes/lane.ts'
import type { MoneySettlement } from '../results/money-balance.ts'
import type { MoneyLedger } from '../wallets/money-ledger.ts'

/** How often money is settled again on a chain that takes blocks back. */
const mostRounds = 6
/** How long a lane may take to pay again what was taken back, in milliseconds. */
const drainTimeoutMs = 60_000

/**
 * Settles the money of a run. On a chain that took blocks back it is settled again, from the receipts as they are then,
 * until two rounds give the same; before each, what is on chain gets out of reach of a reorganization as deep as those
 * that were seen. A chain that took nothing back is not waited for.
 *
 * @param options.lane pays again what was taken back of its payments, which must be on the wallets before they are swept
 * @param options.settle may be repeated; works from the chain as it is
 * @throws what `settle` throws; the signal's reason before it was settled once
 */
export async function settleForGood(options: {
  reorgs: Pick<ReorgWatch, 'count' | 'bury'>
  feed: Pick<BlockFeed, 'head'>
  lane: Pick<Lane, 'drain'>
  ledger: Pick<MoneyLedger, 'reopen'>
  settle: () => Promise<MoneySettlement>
  signal: AbortSignal
}): Promise<MoneySettlement> {
  const { reorgs, feed, lane, ledger, settle, signal } = options
  const untilQuiet = async (): Promise<void> => {
    const { number } = await feed.head({ signal, maxAgeMs: 0 })
    await reorgs.bury(number, { signal })
    await lane
      .drain({ signal: AbortSignal.any([signal, AbortSignal.timeout(drainTimeoutMs)]) })
      .catch(() => undefined)
    ledger.reopen()
  }
  let settlement: MoneySettlement | undefined
  for (let round = 1; ; round += 1) {
    if (reorgs.count() > 0) {
      try {
        await untilQuiet()
      } catch {
        // A chain that can't be asked keeps nobody from settling what can be settled.
        if (settlement !== undefined) return settlement
        signal.throwIfAborted()
      }
    }
    const earlier = settlement
    settlement = await settle()
    const isSame = JSON.stringify(settlement) === JSON.stringify(earlier)
    if (reorgs.count() === 0 || isSame || round === mostRounds) return settlement
  }
}
