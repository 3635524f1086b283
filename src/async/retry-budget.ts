/** Number of retries that a run may still make, so that retries cannot become the load. */
export type RetryBudget = {
  /** Records a first attempt, which earns a share of a retry. */
  earn(): void
  /** Takes one retry; returns false if none is left. */
  spend(): boolean
}

/**
 * Makes a budget that allows a share of the attempts to be repeated, plus a small reserve for the start of a run.
 *
 * @param ratio retries earned per attempt, such as 0.2
 * @param reserve retries available at the start, and the most that can accumulate
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
