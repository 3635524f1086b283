/** How many retries a run may still make, so that retries can't become the load. */
export type RetryBudget = {
  /** Notes one first attempt, which earns a share of a retry. */
  earn(): void
  /** Takes one retry; false when none is left. */
  spend(): boolean
}

/**
 * Allows a share of the attempts to be repeated, over a small reserve for the start of a run.
 *
 * @param ratio retries earned per attempt, such as 0.2
 * @param reserve retries available before anything was earned, and the most that can be saved up
 */
export function createRetryBudget(ratio: number, reserve: number): RetryBudget {
  let left = reserve
  return {
    earn() {
      left = Math.min(reserve, left + ratio)
    },
    spend() {
      if (left < 1) return false
      left -= 1
      return true
    },
  }
}
