import type { RetryBudget } from './retry-budget.ts'

/** How an idempotent step is repeated. */
export type RetryPolicy = {
  /** Attempts in all, the first included. */
  attempts: number
  /** Upper limit of the first pause, in milliseconds; it doubles with every attempt. */
  baseDelayMs: number
  /** Upper limit of any pause, in milliseconds. */
  maxDelayMs: number
  budget: RetryBudget
  /** In [0, 1). */
  random: () => number
  /** Waits; rejects with the signal's reason. */
  sleep: (delayMs: number, signal: AbortSignal) => Promise<void>
  /** Time that is left for all of it: a pause that takes longer is not begun. @default no limit */
  remainingMs?: () => number
  /** Told of each repeat before its pause, and of each that the budget does not allow. */
  onRetry?: (isAllowed: boolean) => void
}

/**
 * Runs an idempotent operation again after failures that a retry can help, with exponential backoff and full jitter.
 *
 * A pause that the failure itself asks for (`Retry-After`) is kept as a minimum; one that would outlast the time that is
 * left is no use, and the failure stands.
 *
 * @param isRetriable tells whether another attempt may help, and how long the other side asked to wait, if it did
 * @throws the last failure, or the signal's reason
 * @example await retry(() => upload(), policy, signal, (error) => ({ retriable: true }))
 */
export async function retry<T>(
  operation: () => Promise<T>,
  policy: RetryPolicy,
  signal: AbortSignal,
  isRetriable: (error: unknown) => { retriable: boolean; retryAfterMs?: number | undefined },
): Promise<T> {
  policy.budget.earn()
  for (let attempt = 1; ; attempt++) {
    try {
      return await operation()
    } catch (error) {
      const { retriable, retryAfterMs = 0 } = isRetriable(error)
      if (!retriable || signal.aborted || attempt >= policy.attempts) throw error
      const ceilingMs = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (attempt - 1))
      const pauseMs = Math.max(retryAfterMs, policy.random() * ceilingMs)
      if (pauseMs >= (policy.remainingMs?.() ?? Number.POSITIVE_INFINITY)) throw error
      const isAllowed = policy.budget.spend()
      policy.onRetry?.(isAllowed)
      if (!isAllowed) throw error
      await policy.sleep(pauseMs, signal)
    }
  }
}
