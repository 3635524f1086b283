/** Why a due user waits though the generator is ready: all places are taken, or the gate is shut. */
export type WaitReason = 'place' | 'gate'

/** How long a user waited for what, before it was started; milliseconds. */
export type StartWaits = { placeMs: number; gateMs: number }

/** Accounts for the waits of a queue, see {@link createWaitClock}. */
export type WaitClock = {
  /** From now on the queue waits for this; `null` when nobody waits. */
  blockedBy(reason: WaitReason | null): void
  /** Marks a user's arrival; the returned function gives what it has waited for since. */
  enter(): () => StartWaits
}

/**
 * Makes the clock of a queue whose first user blocks all others: at any moment they wait for the same thing, so that two sums
 * of time are enough for any number of them.
 *
 * @param now milliseconds of any clock
 */
export function createWaitClock(now: () => number): WaitClock {
  const total = { place: 0, gate: 0 }
  let reason: WaitReason | null = null
  let sinceMs = now()
  const account = (): void => {
    const nowMs = now()
    if (reason !== null) total[reason] += nowMs - sinceMs
    sinceMs = nowMs
  }
  return {
    blockedBy(next) {
      account()
      reason = next
    },
    enter() {
      account()
      const { place, gate } = total
      return () => {
        account()
        return { placeMs: total.place - place, gateMs: total.gate - gate }
      }
    },
  }
}
