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
}

/**
 * Runs an idempotent operation again after failures that a retry can help, with exponential backoff and full jitter.
 *
 * A pause that the failure itself asks for (`Retry-After`) is kept as a minimum.
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
      if (!retriable || signal.aborted || attempt >= policy.attempts || !policy.budget.spend()) throw error
      const ceilingMs = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (attempt - 1))
      await policy.sleep(Math.max(retryAfterMs, policy.random() * ceilingMs), signal)
    }
  }
}
