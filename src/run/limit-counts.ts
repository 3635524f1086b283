import type { ErrorCode } from '../errors/catalog.ts'
import { createCounters } from '../metrics/counters.ts'
import type { Protection } from '../results/protection-schema.ts'

/** Counts how often a target limited a run, and what was retried. */
export class LimitCounts {
  readonly #limits = createCounters()
  readonly #retries = createCounters()
  #limited = 0
  #firstMs: number | null = null
  #lastMs: number | null = null
  #longestRetryAfterMs: number | null = null
  #retried = 0
  #withoutBudget = 0

  /** Times at which the target limited the run, so far. */
  get limited(): number {
    return this.#limited
  }

  /**
   * Counts one limit.
   *
   * @param what.where the step, or the method of the RPC call
   * @param what.atMs milliseconds since the start of the run
   */
  limit(what: { where: string; code: ErrorCode; atMs: number; retryAfterMs: number }): void {
    const { where, code, atMs, retryAfterMs } = what
    this.#limited++
    this.#limits.add(`${where} ${code}`)
    this.#firstMs ??= atMs
    this.#lastMs = atMs
    if (retryAfterMs > (this.#longestRetryAfterMs ?? 0)) this.#longestRetryAfterMs = retryAfterMs
  }

  retry(step: string, isAllowed: boolean): void {
    if (!isAllowed) {
      this.#withoutBudget++
      return
    }
    this.#retried++
    this.#retries.add(step)
  }

  measurements(): Pick<Protection, 'rateLimits' | 'retries'> {
    return {
      rateLimits: {
        count: this.#limited,
        bySource: this.#limits.read(),
        firstMs: this.#firstMs,
        lastMs: this.#lastMs,
        longestRetryAfterMs: this.#longestRetryAfterMs,
      },
      retries: {
        count: this.#retried,
        byStep: this.#retries.read(),
        withoutBudget: this.#withoutBudget,
      },
    }
  }
}
