/** When too many users fail to go on. */
export type FailureLimits = {
  /** Failures in a row that are too many; 0 is never. */
  consecutiveFailures: number
  /** Share of failures in a full window beyond which they are too many; 1 is never. */
  failureRate: number
  /** Number of last users looked at. */
  window: number
}

/**
 * Watches the outcomes of users and says when so many fail that going on would only hammer a broken target.
 *
 * @returns takes one outcome, and says why there should be a stop, once there should
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
