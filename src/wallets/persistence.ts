import { type Clock, systemClock } from '../async/clock.ts'
import { isNodeFailure } from '../chain/rpc/rpc-error.ts'
import { LoadTestError } from '../errors/load-test-error.ts'

/** How long moving money goes on while the chain's endpoints fail, see {@link createPersistence}. */
export type Persistence = {
  /** Something worked, so the stated time begins anew. */
  progressed(): void
  /**
   * Waits before the next attempt, longer each time; returns false at once when the stated time is over.
   *
   * @throws the signal's reason
   */
  pause(failure: LoadTestError): Promise<boolean>
  /**
   * Repeats idempotent work that fails because a node does.
   *
   * @param mayRepeat whether the work may still be repeated. @default always
   * @throws the last failure, once the stated time is over; any other error at once; the signal's reason
   */
  hold<T>(work: () => Promise<T>, mayRepeat?: () => boolean): Promise<T>
}

/** Settings of {@link createPersistence}. */
export type PersistenceOptions = {
  /** How long to go on without any success, in milliseconds. @default 120_000 */
  persistMs?: number | undefined
  /** Called once, with a sentence for people, when the first attempt failed. */
  note?: ((text: string) => void) | undefined
  signal?: AbortSignal | undefined
  clock?: Clock | undefined
}

/** How long money is moved on against failing endpoints without any success. */
export const usualPersistMs = 120_000
const firstPauseMs = 250
const longestPauseMs = 10_000

/**
 * Makes the patience of one movement of money. It outlasts that of the RPC pool: funds that stay behind cost their owner
 * more than two minutes.
 *
 * @example
 * const persistence = createPersistence({ signal })
 * const balances = await persistence.hold(() => readBalances(rpc, addresses))
 * persistence.progressed()
 */
export function createPersistence(options: PersistenceOptions = {}): Persistence {
  const { persistMs = usualPersistMs, note, signal, clock = systemClock } = options
  let deadlineMs = clock.now() + persistMs
  let pauses = 0
  let hasNoted = false

  const persistence: Persistence = {
    progressed() {
      deadlineMs = clock.now() + persistMs
      pauses = 0
    },
    async pause({ code, message }) {
      signal?.throwIfAborted()
      const leftMs = deadlineMs - clock.now()
      if (leftMs <= 0) return false
      if (!hasNoted) {
        note?.(`${code}: ${message} Trying again, for up to ${persistMs / 1000} s without success.`)
        hasNoted = true
      }
      const ceilingMs = Math.min(longestPauseMs, firstPauseMs * 2 ** pauses)
      pauses += 1
      await clock.sleepUntil(clock.now() + Math.min(leftMs, ceilingMs * (0.5 + Math.random() / 2)), signal)
      return true
    },
    async hold(work, mayRepeat = () => true) {
      for (;;) {
        try {
          return await work()
        } catch (error) {
          signal?.throwIfAborted()
          if (!isPassing(error) || !mayRepeat() || !(await persistence.pause(error))) throw error
        }
      }
    },
  }
  return persistence
}

/** Whether an error is a node's failure, after which the same may succeed. */
export const isPassing = (error: unknown): error is LoadTestError =>
  error instanceof LoadTestError && isNodeFailure(error)
