/** Why a due user waits although the generator is ready: all slots are taken, or the gate is shut. */
export type WaitReason = 'place' | 'gate'

/** How long a user waited before its start, by reason, in milliseconds. */
export type StartWaits = { placeMs: number; gateMs: number }

/** Accounts for the waits of a queue, see {@link createWaitClock}. */
export type WaitClock = {
  /** Sets what the queue waits for from now on; `null` if no user waits. */
  blockedBy(reason: WaitReason | null): void
  /** Marks a user's arrival. The returned function returns its waits since then. */
  enter(): () => StartWaits
}

/**
 * Makes the clock of a queue whose first user blocks all others. At any moment all users wait for the same reason, so two
 * sums of time are enough for any number of users.
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
