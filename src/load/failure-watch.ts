/** Limits of failures. */
export type FailureLimits = {
  /** Number of consecutive failures that is too many; 0 means never. */
  consecutiveFailures: number
  /** Share of failures in a full window above which there are too many; 1 means never. */
  failureRate: number
  /** Number of latest users in the window. */
  window: number
}

/**
 * Watches the outcomes of users and reports when so many fail that continuing would only hammer a broken target.
 *
 * @returns a function that takes one outcome and returns the reason to stop, if there is one
 * @example const watch = createFailureWatch({ consecutiveFailures: 5, failureRate: 0.5, window: 50 }); watch(false)
 */
export function createFailureWatch(limits: FailureLimits): (isSuccess: boolean) => string | undefined {
  const { consecutiveFailures, failureRate, window } = limits
  const last: boolean[] = []
  let inARow = 0
  let failures = 0
  return (isSuccess) => {
    inARow = isSuccess ? 0 : inARow + 1
    last.push(isSuccess)
    if (!isSuccess) failures++
    if (last.length > window && last.shift() === false) failures--
    if (consecutiveFailures > 0 && inARow >= consecutiveFailures) return `${inARow} flows failed in a row`
    if (last.length >= window && failures / last.length > failureRate) {
      return `${failures} of the last ${last.length} flows failed`
    }
    return undefined
  }
}
