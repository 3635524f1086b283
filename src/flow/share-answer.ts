import { raceAbort } from '../async/race-abort.ts'

type Pending<T> = { answer: Promise<T>; callers: number; isSettled: boolean; stop: AbortController }

/**
 * Lets all callers share one answer: the first one asks, and all others wait for the same promise. A failure reaches
 * everyone who waited for it and is not kept: the next caller asks again. A caller that aborts leaves alone; the question
 * itself is aborted when its last caller has left.
 *
 * @param ask gets a signal of its own, apart from that of any caller
 * @example const grantee = shareAnswer((signal) => readGrantee(id, signal)); await grantee(flowSignal)
 */
export function shareAnswer<T>(
  ask: (signal: AbortSignal) => Promise<T>,
): (signal: AbortSignal) => Promise<T> {
  let pending: Pending<T> | undefined

  const begin = (): Pending<T> => {
    const stop = new AbortController()
    const begun: Pending<T> = { answer: ask(stop.signal), callers: 0, isSettled: false, stop }
    begun.answer.then(
      () => {
        begun.isSettled = true
      },
      () => {
        begun.isSettled = true
        if (pending === begun) pending = undefined
      },
    )
    return begun
  }

  return async (signal) => {
    signal.throwIfAborted()
    pending ??= begin()
    const shared = pending
    shared.callers++
    try {
      return await raceAbort(shared.answer, signal)
    } finally {
      shared.callers--
      if (shared.callers === 0 && !shared.isSettled) {
        if (pending === shared) pending = undefined
        shared.stop.abort()
      }
    }
  }
}
