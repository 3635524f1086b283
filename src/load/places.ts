/** Slots for users in flight. */
export type Places = {
  /** Whether another user may start. */
  hasRoom(): boolean
  /** Assigns a slot to a user until its work is settled. */
  occupy(work: () => Promise<void>): void
  /** Resolves when no user is in flight. */
  empty(): Promise<void>
}

/**
 * Makes slots. A slot is free again as soon as its user's work is settled, successful or not.
 *
 * @param onFree called after each slot becomes free
 */
export function createPlaces(count: number, onFree: () => void): Places {
  let inFlight = 0
  let whenEmpty: (() => void)[] = []
  return {
    hasRoom: () => inFlight < count,
    occupy(work) {
      inFlight++
      void work().finally(() => {
        inFlight--
        onFree()
        if (inFlight > 0) return
        for (const resolve of whenEmpty) resolve()
        whenEmpty = []
      })
    },
    empty: () =>
      inFlight === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            whenEmpty.push(resolve)
          }),
  }
}
