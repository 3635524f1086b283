import { type RetryPolicy, retry } from '../async/retry.ts'
import type { ErrorCode } from '../errors/catalog.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { FlowError } from './flow-record.ts'
import type { StepName } from './steps.ts'

/** Watches the steps of a flow. */
export type StepObserver = {
  onStepStart?(step: StepName): void
  /** `value` is what the step made, for people who look at a single flow. */
  onStepEnd?(step: StepName, durationMs: number, value: unknown): void
  onStepError?(step: StepName, durationMs: number, error: FlowError): void
  /** Something in a step is retried; or would be, if the retry budget allowed it. */
  onRetry?(step: StepName, isAllowed: boolean): void
  /** The target refused a request for now, and asked to wait so long; `undefined` when it did not say how long. */
  onRateLimit?(step: StepName, code: ErrorCode, retryAfterMs: number | undefined): void
}

/** Runs the steps of one flow, one after the other, and keeps their times. */
export type StepRunner = {
  /** Runs a step; an idempotent one is repeated when a retry can help. */
  step<T>(name: StepName, work: () => Promise<T>, options?: StepOptions): Promise<T>
  /** Repeats one idempotent request within a step. */
  retry<T>(work: () => Promise<T>): Promise<T>
  /** Reports an error that the step does not fail with, if it is a limit of the target. */
  reportLimit(error: unknown): void
  /** The last failure of the current step that was followed by another attempt, if any. */
  lastFailure(): unknown
  /** Milliseconds per step that began. */
  durations: Partial<Record<StepName, number>>
  /** The step in progress, or the one that failed. */
  current(): StepName | null
}

/** How a step is run. */
export type StepOptions = {
  /** Which failures it may be repeated after: all that pass, or only those in which it has begun nothing. @default none */
  idempotent?: boolean | 'when-nothing-begun'
  /** Waits for the step's turn; that wait is no time of the step, but for a repeat. */
  turn?: ((signal: AbortSignal) => Promise<void>) | undefined
}

/** Makes the runner of one flow. */
export function createStepRunner(options: {
  clock: { now(): number }
  policy: RetryPolicy
  signal: AbortSignal
  observer: StepObserver
}): StepRunner {
  const { clock, policy, signal, observer } = options
  const durations: Partial<Record<StepName, number>> = {}
  let current: StepName | null = null
  let lastFailure: unknown
  const reported = new WeakSet<object>()
  const reportLimit = (error: unknown): void => {
    if (current === null || !saysTooMuch(error) || isReportedByPool(error) || reported.has(error)) return
    reported.add(error)
    observer.onRateLimit?.(current, error.code, retryAdvice(error).retryAfterMs)
  }
  const advise = (error: unknown): ReturnType<typeof retryAdvice> => {
    reportLimit(error)
    lastFailure = error
    return retryAdvice(error)
  }
  const own: RetryPolicy = {
    ...policy,
    onRetry: (isAllowed) => {
      if (current !== null) observer.onRetry?.(current, isAllowed)
    },
  }
  return {
    durations,
    current: () => current,
    lastFailure: () => lastFailure,
    reportLimit,
    retry: (work) => retry(work, own, signal, advise),
    async step(name, work, { idempotent = false, turn } = {}) {
      signal.throwIfAborted()
      current = name
      lastFailure = undefined
      await turn?.(signal)
      observer.onStepStart?.(name)
      const startedAt = clock.now()
      let attempts = 0
      const attempt = async (): Promise<Awaited<ReturnType<typeof work>>> => {
        if (attempts++ > 0) await turn?.(signal)
        return await work()
      }
      const isAllowed = (error: unknown): boolean =>
        idempotent === true || isRateLimit(error) || hasBegunNothing(error)
      try {
        const value = await (idempotent === false
          ? work()
          : retry(attempt, own, signal, (error) => {
              const advice = advise(error)
              return isAllowed(error) ? advice : { retriable: false }
            }))
        signal.throwIfAborted()
        durations[name] = clock.now() - startedAt
        observer.onStepEnd?.(name, durations[name], value)
        return value
      } catch (error) {
        durations[name] = clock.now() - startedAt
        reportLimit(error)
        observer.onStepError?.(name, durations[name], toFlowError(error, name))
        throw error
      }
    },
  }
}

/** Whether the other side limited the rate of requests, whichever side it was. */
export function isRateLimit(error: unknown): error is LoadTestError {
  if (!(error instanceof LoadTestError)) return false
  const { code, details } = error
  if (code === 'SERVER_RATE_LIMITED' || code === 'CHAIN_RATE_LIMITED') return true
  return details.status === 429 || details.rateLimited === true
}

/** Whether a request failed before anything came of it, so that it is safe to repeat. */
function hasBegunNothing(error: unknown): boolean {
  return error instanceof LoadTestError && error.details.nothingBegun === true
}

/** Whether the other side has too much to do: it was asked too often, or is busy and says for how long. */
function saysTooMuch(error: unknown): error is LoadTestError {
  if (isRateLimit(error)) return true
  const { status, retryAfterMs } = error instanceof LoadTestError ? error.details : {}
  return status === 503 && retryAfterMs !== undefined
}

/** The pool of the chain's endpoints reports their limits itself, and mostly waits them out; a full transaction pool is not that. */
const isReportedByPool = ({ code, details }: LoadTestError): boolean =>
  code === 'CHAIN_RATE_LIMITED' && details.reason === undefined

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
    retriable: error.retriable || hasBegunNothing(error),
    retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : undefined,
  }
}
