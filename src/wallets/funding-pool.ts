import { type Clock, systemClock } from '../async/clock.ts'
import { raceAbort } from '../async/race-abort.ts'
import type { ErrorCode } from '../errors/catalog.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { createUserFunding, type UserFundingOptions } from './fund-users.ts'
import { createFundingQueue } from './funding-queue.ts'
import { createIndexSet } from './index-set.ts'
import { isPassing, usualPersistMs } from './persistence.ts'
import { createTopUps } from './top-ups.ts'

/** Whom to fund during a run, and with what. */
export type FundingPoolOptions = Omit<UserFundingOptions, 'signal'> & {
  /** All users of the run, each once, in the order of their arrival; read as needed. */
  users: Iterable<number>
  /** Most wallets in one transaction. @default 100 */
  batchSize?: number
  /** How many users beyond the last that has come are funded. @default 200 */
  aheadUsers?: number
  /** Batches on their way at the same time. @default 2 */
  maxBatches?: number
  /** How often a batch is tried; while the chain's endpoints fail, for two minutes besides. @default 3 */
  attempts?: number
  /** Told after each batch, when its balances are verified. */
  onBatch?: (batch: FundedBatch) => void
  /** Told when a user who waited, or did not have to, may start. */
  onReady?: (user: { index: number; waitedMs: number }) => void
  clock?: Clock
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
  /** Users in batches on their way. */
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

/** Background funding of a run, see {@link createFundingPool}. */
export type FundingPool = {
  /**
   * Waits until a user's wallet is verified to hold the amount; for most users that is so before they come.
   *
   * @throws LoadTestError SPENDING_CAP, CHAIN_INSUFFICIENT_FUNDS, FUNDING_FAILED, a `CHAIN_*` code; ABORTED after stop;
   * the signal's reason
   */
  ready(index: number, signal?: AbortSignal): Promise<void>
  /**
   * Waits until the wallet of a user who is ready holds at least so much, and pays it what it lacks.
   *
   * @throws LoadTestError as `ready`
   */
  topUp(index: number, wei: bigint, signal?: AbortSignal): Promise<void>
  /** Begins no more batches, waits for those in flight and closes their accounts. */
  stop(signal?: AbortSignal): Promise<void>
  /**
   * Enters payments that were given up and have been mined since; what wallets hold may have changed.
   *
   * @returns whether there was one
   */
  bookLost(signal?: AbortSignal): Promise<boolean>
  stats(): FundingPoolStats
}

/** Between two attempts to pay a batch. */
const longestPauseMs = 10_000

type Waiter = { resolve(): void; reject(error: unknown): void }

/** After these, no other batch can succeed either. */
const fatalCodes = new Set<ErrorCode>([
  'SPENDING_CAP',
  'CHAIN_INSUFFICIENT_FUNDS',
  'CHAIN_WRONG_ID',
  'ABORTED',
])
/** After these, nothing of the batch is on its way any more, and trying again can help. */
const repeatableCodes = new Set<ErrorCode>([
  ...(['FUNDING_FAILED', 'CHAIN_UNREACHABLE', 'CHAIN_RATE_LIMITED', 'CHAIN_NONCE'] as const),
  ...(['CHAIN_UNDERPRICED', 'CHAIN_RPC_ERROR', 'LANE_BUSY'] as const),
])

/**
 * Keeps the wallets of a run funded ahead of the arrivals: in batches of one transaction each, as far ahead as asked
 * for, at most a few at a time. A user whose wallet is not ready yet waits, and is never started without money.
 *
 * What a batch costs is a few RPC calls (balances before, the transaction, its receipt, balances after), however many
 * wallets are in it.
 *
 * @example
 * const pool = createFundingPool({ chain, abilities, payer, limit, ledger, wallets, users: indexesOf(range), amountWei })
 * await pool.ready(user.index, signal)
 * await pool.stop()
 */
export function createFundingPool(options: FundingPoolOptions): FundingPool {
  const clock = options.clock ?? systemClock
  const { batchSize = 100, aheadUsers = 200, maxBatches = 2, attempts = 3 } = options
  const queue = createFundingQueue({ users: options.users, aheadUsers, batchSize })
  const funded = createIndexSet()
  const failed = new Map<number, unknown>()
  const waiters = new Map<number, Set<Waiter>>()
  const underWay = new Set<Promise<void>>()
  const funding = new Set<number>()
  const retries = new AbortController()
  const userFunding = createUserFunding({ ...options, signal: retries.signal })
  const topUps = createTopUps({ batchSize, maxBatches, pay: payUntilPaid })
  let maxWaitedMs = 0
  let fatal: unknown

  /** Begins nothing more; who is in a batch on its way may still be lucky. */
  function fail(error: unknown): void {
    fatal ??= error
    for (const user of [...waiters.keys()]) if (!funding.has(user)) settle(user, error)
    topUps.end(error)
    retries.abort(error)
  }

  function settle(user: number, error?: unknown): void {
    for (const waiter of waiters.get(user) ?? []) {
      if (error === undefined) waiter.resolve()
      else waiter.reject(error)
    }
    waiters.delete(user)
  }

  function pump(): void {
    while (fatal === undefined && underWay.size < maxBatches) {
      const users = queue.take()
      if (users.length === 0) return
      for (const user of users) funding.add(user)
      const work = fundUsers(users).finally(() => {
        for (const user of users) funding.delete(user)
        underWay.delete(work)
        pump()
      })
      underWay.add(work)
    }
  }

  /** Never rejects. */
  async function fundUsers(users: readonly number[]): Promise<void> {
    const startedAtMs = clock.now()
    try {
      await payUntilPaid(users)
    } catch (error) {
      for (const user of users) failed.set(user, error)
      for (const user of users) settle(user, error)
      return
    }
    for (const user of users) funded.add(user)
    for (const user of users) settle(user)
    options.onBatch?.({ users: users.length, durationMs: clock.now() - startedAtMs })
  }

  /** Tries some times where that can help. */
  async function payUntilPaid(users: readonly number[], topUpWei?: bigint): Promise<void> {
    const patientUntilMs = clock.now() + usualPersistMs
    for (let attempt = 1; ; attempt += 1) {
      try {
        await userFunding.fund(users, topUpWei)
        return
      } catch (error) {
        const code = error instanceof LoadTestError ? error.code : 'INTERNAL'
        if (fatalCodes.has(code)) fail(error)
        // Also after a stop, when nothing is tried again.
        const isPatient = isPassing(error) && clock.now() < patientUntilMs
        const isLast = (attempt >= attempts && !isPatient) || retries.signal.aborted
        if (isLast || !repeatableCodes.has(code)) throw error
        const pauseMs = Math.min(250 * 2 ** attempt, longestPauseMs)
        await clock.sleepUntil(clock.now() + pauseMs, retries.signal).catch(() => undefined)
      }
    }
  }

  pump()
  return {
    async ready(index, signal) {
      signal?.throwIfAborted()
      const cameAtMs = clock.now()
      const isUser = queue.ask(index)
      if (!isUser) throw new LoadTestError('INTERNAL', `Wallet ${index} is not one of this run.`)
      pump()
      if (!funded.has(index)) {
        if (failed.has(index)) throw failed.get(index)
        if (fatal !== undefined && !funding.has(index)) throw fatal
        const all = waiters.get(index) ?? new Set()
        waiters.set(index, all)
        let waiter: Waiter | undefined
        const isFunded = new Promise<void>((resolve, reject) => {
          waiter = { resolve, reject }
          all.add(waiter)
        })
        try {
          await raceAbort(isFunded, signal)
        } finally {
          if (waiter !== undefined) all.delete(waiter)
        }
      }
      const waitedMs = clock.now() - cameAtMs
      maxWaitedMs = Math.max(maxWaitedMs, waitedMs)
      options.onReady?.({ index, waitedMs })
    },
    topUp: (index, wei, signal) => raceAbort(topUps.ask(index, wei), signal),
    async stop(signal) {
      fail(new LoadTestError('ABORTED', 'The funding of wallets was stopped.'))
      await raceAbort(Promise.all([...underWay, topUps.settled()]), signal)
      await raceAbort(userFunding.bookLost(), signal)
    },
    bookLost: (signal) => raceAbort(userFunding.bookLost(), signal),
    stats: () => ({
      ...userFunding.totals,
      openWei: userFunding.openWei(),
      maxWaitedMs,
      fundedUsers: funded.size,
      fundingUsers: funding.size,
      failedUsers: failed.size,
      waitingUsers: waiters.size + topUps.waiting(),
    }),
  }
}
