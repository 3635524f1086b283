import { type Clock, systemClock } from '../async/clock.ts'
import { raceAbort } from '../async/race-abort.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { UserFunding, type UserFundingOptions } from './fund-users.ts'
import { FundedUsers } from './funded-users.ts'
import { createFundingQueue } from './funding-queue.ts'
import { createPaymentAttempts } from './payment-attempts.ts'
import { createTopUps } from './top-ups.ts'

/** Whom to fund during a run, and with what. */
export type FundingPoolOptions = Omit<UserFundingOptions, 'signal'> & {
  /** All users of the run, each once, in the order of their arrival; read as needed. */
  users: Iterable<number>
  /** Most wallets in one transaction. @default 100 */
  batchSize?: number | undefined
  /** How many users beyond the last that has arrived are funded. @default 200 */
  aheadUsers?: number | undefined
  /** Batches in flight at the same time. @default 2 */
  maxBatches?: number | undefined
  /** How often a batch is tried; while the chain's endpoints fail, for two minutes besides. @default 3 */
  attempts?: number | undefined
  /** Called after each batch, when its balances are verified. */
  onBatch?: ((batch: FundedBatch) => void) | undefined
  /** Called when a user may start, whether it had to wait or not. */
  onReady?: ((user: { index: number; waitedMs: number }) => void) | undefined
  clock?: Clock | undefined
}

/** A batch that was funded. */
export type FundedBatch = {
  users: number
  /** From the moment the batch was begun to the verified balances. */
  durationMs: number
}

/** What a pool has done so far. */
export type FundingPoolStats = {
  /** Users whose balance is verified. */
  fundedUsers: number
  failedUsers: number
  /** Users in batches in flight. */
  fundingUsers: number
  /** Users who wait at present, for their first payment or for more. */
  waitingUsers: number
  transactions: number
  fundedWei: bigint
  feesWei: bigint
  /** Paid to wallets, perhaps: nobody waits for it any more, and it may still be mined. */
  openWei: bigint
  /** Longest that a user has waited. */
  maxWaitedMs: number
}

/** What ends a wait. */
type SignalOption = { signal?: AbortSignal | undefined }

/** Background funding of a run, see {@link createFundingPool}. */
export type FundingPool = {
  /**
   * Waits until a user's wallet is verified to hold the amount; for most users that is so before they arrive.
   *
   * @throws LoadTestError SPENDING_CAP, CHAIN_INSUFFICIENT_FUNDS, FUNDING_FAILED, a `CHAIN_*` code; ABORTED after stop;
   * the signal's reason
   */
  ready(index: number, options?: SignalOption): Promise<void>
  /**
   * Waits until the wallet of a user who is ready holds at least so much, and pays it what it lacks.
   *
   * @throws LoadTestError as `ready`
   */
  topUp(index: number, wei: bigint, options?: SignalOption): Promise<void>
  /** Begins no more batches, waits for those in flight and records what they cost. */
  stop(options?: SignalOption): Promise<void>
  /**
   * Records payments that were given up and have been mined since; what wallets hold may have changed.
   *
   * @returns whether there was one
   */
  bookLost(options?: SignalOption): Promise<boolean>
  stats(): FundingPoolStats
}

/**
 * Keeps the wallets of a run funded ahead of the arrivals: in batches of one transaction each, as far ahead as asked
 * for, at most a few at a time. A user whose wallet is not ready yet waits, and is never started without money.
 *
 * What a batch costs is a few RPC calls (balances before, the transaction, its receipt, balances after), however many
 * wallets are in it.
 *
 * @example
 * const pool = createFundingPool({ chain, abilities, payer, limit, ledger, wallets, users: indexesOf(range), amountWei })
 * await pool.ready(user.index, { signal })
 * await pool.stop()
 */
export function createFundingPool(options: FundingPoolOptions): FundingPool {
  const clock = options.clock ?? systemClock
  const { batchSize = 100, aheadUsers = 200, maxBatches = 2, attempts = 3 } = options
  const queue = createFundingQueue({ users: options.users, aheadUsers, batchSize })
  const users = new FundedUsers()
  const inFlight = new Set<Promise<void>>()
  const retries = new AbortController()
  const { signal: ended } = retries
  const userFunding = new UserFunding({ ...options, signal: ended })
  const untilPaid = createPaymentAttempts({ attempts, clock, signal: ended, onFatal: end })
  const payTopUp = (batch: readonly number[], wei: bigint): Promise<void> =>
    untilPaid(() => userFunding.fund(batch, wei))
  const topUps = createTopUps({ batchSize, maxBatches, pay: payTopUp })
  let maxWaitedMs = 0

  /** Begins nothing more; users in a batch in flight may still be funded. */
  function end(error: unknown): void {
    users.end(error)
    topUps.end(error)
    retries.abort(error)
  }

  function pump(): void {
    while (!ended.aborted && inFlight.size < maxBatches) {
      const batch = queue.take()
      if (batch.length === 0) return
      users.begin(batch)
      const work = fundBatch(batch).finally(() => {
        users.finish(batch)
        inFlight.delete(work)
        pump()
      })
      inFlight.add(work)
    }
  }

  /** Never rejects. */
  async function fundBatch(batch: readonly number[]): Promise<void> {
    const startedAtMs = clock.now()
    try {
      await untilPaid(() => userFunding.fund(batch))
    } catch (error) {
      users.fail(batch, error)
      return
    }
    users.succeed(batch)
    options.onBatch?.({ users: batch.length, durationMs: clock.now() - startedAtMs })
  }

  pump()
  return {
    async ready(index, { signal } = {}) {
      signal?.throwIfAborted()
      const arrivedAtMs = clock.now()
      const isUser = queue.ask(index)
      if (!isUser) throw new LoadTestError('INTERNAL', `Wallet ${index} is not one of this run.`)
      pump()
      await users.wait(index, signal)
      const waitedMs = clock.now() - arrivedAtMs
      maxWaitedMs = Math.max(maxWaitedMs, waitedMs)
      options.onReady?.({ index, waitedMs })
    },
    topUp: (index, wei, { signal } = {}) => raceAbort(topUps.ask(index, wei), signal),
    async stop({ signal } = {}) {
      end(new LoadTestError('ABORTED', 'The funding of wallets was stopped.'))
      await raceAbort(Promise.all([...inFlight, topUps.settled()]), signal)
      await raceAbort(userFunding.bookLost(), signal)
    },
    bookLost: ({ signal } = {}) => raceAbort(userFunding.bookLost(), signal),
    stats() {
      const { waitingUsers, ...counts } = users.counts
      return {
        ...userFunding.totals,
        ...counts,
        openWei: userFunding.openWei(),
        maxWaitedMs,
        waitingUsers: waitingUsers + topUps.waiting(),
      }
    },
  }
}
