import { systemClock } from '../async/clock.ts'
import type { Lane } from '../chain/lanes/lane.ts'
import type { FundsFor } from '../chain/transactions/funds-for.ts'
import type { LoadTestConfig } from '../config/load-test-config.ts'
import type { Target } from '../config/target.ts'
import type { TargetConnection } from '../flow/connect-target.ts'
import type { PartIndex } from '../load/split.ts'
import { type MoneySettlement, noMoney } from '../results/money-balance.ts'
import type { FundingPool } from '../wallets/funding-pool.ts'
import type { HdWallets } from '../wallets/hd-wallets.ts'
import { createPersistence } from '../wallets/persistence.ts'
import type { SpendingLimit } from '../wallets/spending-limit.ts'
import { withRoom } from './check-funder.ts'
import { notReturned } from './left-behind.ts'
import { settleForGood } from './settle-for-good.ts'
import { type FundingParts, settleFunding } from './settle-funding.ts'

/** What a run's funding needs. */
export type FundingOptions = {
  config: LoadTestConfig
  target: Target
  connection: TargetConnection
  /** Of this part of the run, numbered from 0. */
  wallets: Pick<HdWallets, 'user'>
  /** Records each payment before and after it is made. @default none does */
  journalFile?: string | undefined
  note: (text: string) => void
  /** Called with how long each batch of wallets took, to the end of its verification. */
  onBatch: (batch: { durationMs: number }) => void
  signal: AbortSignal
  /** Aborted when payments are no longer waited for. */
  forced: AbortSignal
}

/** What a run's funding is made of. */
export type RunFundingParts = Pick<FundingOptions, 'config' | 'connection' | 'wallets' | 'note' | 'forced'> &
  Pick<FundingParts, 'chain' | 'contracts' | 'users' | 'funder' | 'ledger'> & {
    pool: FundingPool
    limit: SpendingLimit
    lane: Lane
    /** Whether funds were sent to any wallet. */
    hasPaid: () => boolean
    /** Lets other processes use the funder. */
    endTurn: () => Promise<void>
    closeJournal: () => Promise<void>
  }

/** The money of users who pay for themselves. */
export class RunFunding {
  readonly #parts: RunFundingParts

  constructor(parts: RunFundingParts) {
    this.#parts = parts
  }

  get pool(): FundingPool {
    return this.#parts.pool
  }

  get ledger(): RunFundingParts['ledger'] {
    return this.#parts.ledger
  }

  /**
   * Makes what tops up the wallet of one user when the price of gas rises.
   *
   * @param onTopUp called with the milliseconds that a top-up took
   */
  fundsFor(user: PartIndex, onTopUp?: (waitedMs: number) => void): FundsFor {
    const { config, connection, pool } = this.#parts
    let heldWei = config.wallets.fundingWei
    return async (gas, { refused = false, signal }) => {
      const { maxFeePerGas } = await connection.fees.current({ signal })
      const costWei = gas * maxFeePerGas
      if (costWei <= heldWei && !refused) return
      const sinceMs = systemClock.now()
      await pool.topUp(user, withRoom(costWei), { signal })
      onTopUp?.(systemClock.now() - sinceMs)
      heldWei = withRoom(costWei)
    }
  }

  /** What has left the funder, fees included. */
  spentWei(): bigint {
    return this.#parts.limit.spentWei()
  }

  /** Begins no more payments and waits for those in flight. @returns whether funds were sent to any wallet */
  async end(): Promise<boolean> {
    const { pool, note, forced, hasPaid } = this.#parts
    if (pool.stats().fundingUsers > 0) note('waiting for the payments in flight')
    await pool.stop({ signal: forced }).catch(() => undefined)
    return hasPaid() || pool.stats().fundingUsers > 0
  }

  /** Returns what is left to the funder, and says where all of the money went. */
  async settle(): Promise<MoneySettlement> {
    const { config, connection, pool, ledger, limit, lane, funder, note, forced, endTurn } = this.#parts
    try {
      await createPersistence({ signal: forced, note }).hold(() => pool.stop({ signal: forced }))
      // What comes back is paid by the wallets themselves.
      await endTurn()
      const { reorgs, feed } = connection
      const settle = (): Promise<MoneySettlement> => settleFunding(this.#parts)
      return await settleForGood({ reorgs, feed, lane, ledger, settle, signal: forced })
    } catch (error) {
      if (!forced.aborted) throw error
      const problem = notReturned(config, ledger, { limit, funder, reason: forced.reason })
      return { statement: noMoney, problems: [problem] }
    }
  }

  async close(): Promise<void> {
    const { pool, lane, forced, endTurn, closeJournal } = this.#parts
    await pool.stop({ signal: forced }).catch(() => undefined)
    await closeJournal()
    await lane.close()
    await endTurn()
  }
}
