import { type RetryPolicy, retry } from '../async/retry.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { FlowError } from './flow-record.ts'
import type { StepName } from './steps.ts'

/** Told of each step of a flow as it begins and ends. */
export type StepObserver = {
  onStepStart?(step: StepName): void
  /** `value` is what the step made, for people who look at a single flow. */
  onStepEnd?(step: StepName, durationMs: number, value: unknown): void
  onStepError?(step: StepName, durationMs: number, error: FlowError): void
}

/** Runs the steps of one flow, one after the other, and keeps their times. */
export type StepRunner = {
  /** Runs a step; an idempotent one is repeated when a retry can help. */
  step<T>(name: StepName, work: () => Promise<T>, options?: { idempotent?: boolean }): Promise<T>
  /** Milliseconds per step that began. */
  durations: Partial<Record<StepName, number>>
  /** The step at work, or the one that failed. */
  current(): StepName | null
}

/** Makes the runner of one flow. */
export function createStepRunner(
  clock: { now(): number },
  policy: RetryPolicy,
  signal: AbortSignal,
  observer: StepObserver,
): StepRunner {
  const durations: Partial<Record<StepName, number>> = {}
  let current: StepName | null = null
  return {
    durations,
    current: () => current,
    async step(name, work, { idempotent = false } = {}) {
      signal.throwIfAborted()
      current = name
      observer.onStepStart?.(name)
      const startedAt = clock.now()
      try {
        const value = await (idempotent ? retry(work, policy, signal, retryAdvice) : work())
        signal.throwIfAborted()
        durations[name] = clock.now() - startedAt
        observer.onStepEnd?.(name, durations[name], value)
        return value
      } catch (error) {
        durations[name] = clock.now() - startedAt
        observer.onStepError?.(name, durations[name], toFlowError(error, name))
        throw error
      }
    },
  }
}

/** Puts any failure into the form that reports show. */
export function toFlowError(error: unknown, step: StepName | null): FlowError {
  if (error instanceof LoadTestError) {
    return { code: error.code, step, message: error.message, retriable: error.retriable }
  }
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'INTERNAL', step, message, retriable: false }
}

/** Whether another attempt may help, and how long the other side asked to wait. */
export function retryAdvice(error: unknown): { retriable: boolean; retryAfterMs?: number | undefined } {
  if (!(error instanceof LoadTestError)) return { retriable: false }
  const { retryAfterMs } = error.details
  return {
    retriable: error.retriable,
    retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : undefined,
  }
}
