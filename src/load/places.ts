/** The places for users at work. */
export type Places = {
  /** Whether another user may start. */
  hasRoom(): boolean
  /** Gives a user a place until its work is settled. */
  occupy(work: () => Promise<void>): void
  /** Resolves when nobody is at work. */
  empty(): Promise<void>
}

/**
 * Makes places; one is free again as soon as its user's work is settled, however it was.
 *
 * @param onFree told each time, when the place is free already
 */
export function createPlaces(count: number, onFree: () => void): Places {
  let atWork = 0
  let whenEmpty: (() => void)[] = []
  return {
    hasRoom: () => atWork < count,
    occupy(work) {
      atWork++
      void work().finally(() => {
        atWork--
        onFree()
        if (atWork > 0) return
        for (const resolve of whenEmpty) resolve()
        whenEmpty = []
      })
    },
    empty: () =>
      atWork === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            whenEmpty.push(resolve)
          }),
  }
}
