import type { RetryBudget } from './retry-budget.ts'

/** Policy for repeating an idempotent step. */
export type RetryPolicy = {
  /** Number of attempts, including the first. */
  attempts: number
  /** Upper limit of the first pause, in milliseconds. Doubles with every attempt. */
  baseDelayMs: number
  /** Upper limit of any pause, in milliseconds. */
  maxDelayMs: number
  budget: RetryBudget
  /** In [0, 1). */
  random: () => number
  /** Waits. Rejects with the signal's reason. */
  sleep: (delayMs: number, signal: AbortSignal) => Promise<void>
  /** Returns the remaining time for all attempts. A longer pause is not started. @default no limit */
  remainingMs?: () => number
  /** Called before the pause of each retry, and for each retry that the budget does not allow. */
  onRetry?: (isAllowed: boolean) => void
}

/**
 * Retries an idempotent operation after failures that a retry can fix, with exponential backoff and full jitter.
 *
 * A pause that the failure requests (`Retry-After`) is a minimum. If it exceeds the remaining time, there is no retry.
 *
 * @param isRetriable returns whether another attempt may help, and the pause that the other side requested, if any
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
