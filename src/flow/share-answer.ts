import { raceAbort } from '../async/race-abort.ts'

type Pending<T> = { answer: Promise<T>; callers: number; isSettled: boolean; stop: AbortController }

/**
 * Shares one answer among all callers: the first one asks, and all others wait for the same promise. A failure reaches all
 * waiting callers but is not kept: the next caller asks again. An aborted caller affects no other; the question itself is
 * aborted with its last caller.
 *
 * @param ask called with its own signal, independent of any caller's
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
