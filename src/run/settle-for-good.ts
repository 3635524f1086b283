import type { Hex } from 'viem'
import type { BlockFeed } from '../chain/block-feed.ts'
import type { Lane } from '../chain/lane.ts'
import type { ReorgWatch } from '../chain/reorg-watch.ts'
import type { MoneyLedger } from '../wallets/money-ledger.ts'
import type { MoneySettlement } from './user-wallets.ts'

/** How often what a reorganization took back is settled again. */
const mostRounds = 5

/** Transactions of a run's money that reorganizations take back, see {@link watchTakenBack}. */
export type TakenBack = {
  /** A payment whose hash is looked for as well. */
  watchPayment(hash: Hex): void
  /** Whether anything was taken back since the last call. */
  take(): boolean
  close(): void
}

/** Reopens the ledger's transactions when a reorganization takes their block back. */
export function watchTakenBack(
  feed: Pick<BlockFeed, 'subscribe'>,
  ledger: Pick<MoneyLedger, 'takenBack'>,
): TakenBack {
  const payments = new Set<Hex>()
  let isTouched = false
  const close = feed.subscribe(
    {
      onBlock() {},
      onReorg(removed) {
        for (const hash of removed.flatMap(({ transactions }) => transactions)) {
          if (ledger.takenBack(hash) || payments.has(hash)) isTouched = true
        }
      },
    },
    { idle: true },
  )
  return {
    watchPayment: (hash) => void payments.add(hash),
    take() {
      const wasTouched = isTouched
      isTouched = false
      return wasTouched
    },
    close,
  }
}

/**
 * Settles the money of a run, and again when a reorganization takes part of that back, until it is out of reach of one
 * as deep as those that were seen. A chain that took nothing back is not waited for.
 *
 * @param options.lane pays again what was taken back of its payments, which must be on the wallets before they are swept
 * @param options.settle may be repeated; works from the chain as it is
 * @throws what `settle` throws; the signal's reason before it was settled once
 */
export async function settleForGood(options: {
  reorgs: Pick<ReorgWatch, 'count' | 'bury'>
  feed: Pick<BlockFeed, 'head'>
  lane: Pick<Lane, 'drain'>
  takenBack: Pick<TakenBack, 'take'>
  settle: () => Promise<MoneySettlement>
  signal: AbortSignal
}): Promise<MoneySettlement> {
  const { reorgs, feed, lane, takenBack, settle, signal } = options
  const untilQuiet = async (): Promise<void> => {
    if (reorgs.count() === 0) return
    const { number } = await feed.head({ signal, maxAgeMs: 0 })
    await reorgs.bury(number, { signal })
    await lane.drain(AbortSignal.any([signal, AbortSignal.timeout(drainTimeoutMs)])).catch(() => undefined)
  }
  try {
    await untilQuiet()
  } catch {
    // A chain that can't be asked keeps nobody from settling what can be settled.
    signal.throwIfAborted()
  }
  for (let round = 1; ; round += 1) {
    takenBack.take()
    const settlement = await settle()
    try {
      await untilQuiet()
    } catch {
      return settlement
    }
    if (!takenBack.take() || round === mostRounds) return settlement
  }
}

/** For so long a lane may take to pay again what was taken back. */
const drainTimeoutMs = 60_000
