import type { Clock } from '../../async/clock.ts'
import { createRetryBudget } from '../../async/retry-budget.ts'

/** One try at a request; its signal aborts when the answer is no longer needed. */
export type Attempt<T> = (signal: AbortSignal) => Promise<T>

/** Runs attempts with a second chance for slow ones, see {@link createHedge}. */
export type Hedge = {
  /**
   * Runs an attempt, and a second one beside it when the first is late. The first answer counts.
   *
   * @param second makes the other attempt; `undefined` if there is nobody to ask
   * @throws the failure of the attempt that ended last; the signal's reason
   */
  run<T>(first: Attempt<T>, second: () => Attempt<T> | undefined, signal?: AbortSignal): Promise<T>
  /** Starts no further second attempts. */
  close(): void
}

/** Reason with which an attempt is aborted when a later one was answered first. */
export const overtaken = new Error('A later attempt was answered first.')

/** Share of all requests that may be asked a second time while the first attempt is still open. */
const hedgedShare = 0.2
/** As many of them may be saved up. */
const hedgesInReserve = 20

/**
 * Hedges requests that may be repeated: one that hangs costs `afterMs` instead of its whole time-out. A slow attempt goes on
 * and can still be the one that is answered, and at most a fifth of the requests are hedged, so that an endpoint that is slow
 * because of its load does not get twice the load.
 *
 * @example const answer = await createHedge({ clock, afterMs: 2000 }).run(askFirst, () => askSecond)
 */
export function createHedge({ clock, afterMs }: { clock: Clock; afterMs: number }): Hedge {
  const budget = createRetryBudget(hedgedShare, hedgesInReserve)
  const closing = new AbortController()
  /** In the order in which they become late. */
  const waiting = new Set<{ lateAtMs: number; onLate: () => void }>()
  let isWatching = false

  /** One timer for all requests. */
  async function watch(): Promise<void> {
    isWatching = true
    for (const entry of waiting) {
      if (closing.signal.aborted) break
      if (entry.lateAtMs > clock.now()) {
        await clock.sleepUntil(entry.lateAtMs, closing.signal).catch(() => undefined)
      }
      if (waiting.delete(entry) && !closing.signal.aborted) entry.onLate()
    }
    isWatching = false
  }

  return {
    run(first, second, signal) {
      if (signal?.aborted) return Promise.reject(signal.reason)
      budget.earn()
      return new Promise((resolve, reject) => {
        /** Oldest first. */
        const running: AbortController[] = []
        const entry = { lateAtMs: clock.now() + afterMs, onLate }
        const onAbort = (): void => {
          for (const controller of running) controller.abort(signal?.reason)
        }
        const settle = (): void => {
          waiting.delete(entry)
          signal?.removeEventListener('abort', onAbort)
        }
        const start = (attempt: typeof first): void => {
          const controller = new AbortController()
          running.push(controller)
          attempt(controller.signal).then(
            (answer) => {
              settle()
              const place = running.indexOf(controller)
              for (const [i, other] of running.entries()) {
                if (i !== place) other.abort(i < place ? overtaken : undefined)
              }
              resolve(answer)
            },
            (error: unknown) => {
              running.splice(running.indexOf(controller), 1)
              if (running.length > 0) return
              settle()
              reject(error)
            },
          )
        }
        function onLate(): void {
          const attempt = running.length === 1 && budget.spend() ? second() : undefined
          if (attempt !== undefined) start(attempt)
        }
        signal?.addEventListener('abort', onAbort, { once: true })
        waiting.add(entry)
        start(first)
        if (!isWatching) void watch()
      })
    },
    close: () => closing.abort(),
  }
}
