import { type RetryPolicy, retry } from '../async/retry.ts'
import type { ErrorCode } from '../errors/catalog.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { FlowError } from './flow-record.ts'
import type { StepName } from './steps.ts'

/** Watches the steps of a flow. */
export type StepObserver = {
  onStepStart?(step: StepName): void
  /** `value` is the step's result, for display of a single flow. */
  onStepEnd?(step: StepName, durationMs: number, value: unknown): void
  onStepError?(step: StepName, durationMs: number, error: FlowError): void
  /** A retry within a step, or one that the retry budget did not allow. */
  onRetry?(step: StepName, isAllowed: boolean): void
  /** The target limited a request and requested a pause; `undefined` if it gave no duration. */
  onRateLimit?(step: StepName, code: ErrorCode, retryAfterMs: number | undefined): void
}

/** Runs the steps of one flow in order and measures them. */
export type StepRunner = {
  /** Runs a step. Retries an idempotent one if that can help. */
  step<T>(name: StepName, work: () => Promise<T>, options?: StepOptions): Promise<T>
  /** Retries one idempotent request within a step. */
  retry<T>(work: () => Promise<T>): Promise<T>
  /** Reports a limit of the target that does not fail the step. */
  reportLimit(error: unknown): void
  /** The last failure of the current step before a retry, if any. */
  lastFailure(): unknown
  /** Duration of each started step, in milliseconds. */
  durations: Partial<Record<StepName, number>>
  /** The step in progress, or the one that failed. */
  current(): StepName | null
}

/** Options of a step. */
export type StepOptions = {
  /** Failures to retry after: all transient ones, or only those in which nothing has begun. @default none */
  idempotent?: boolean | 'when-nothing-begun'
  /** Waits for the step's turn. The wait does not count as time of the step, except before a retry. */
  turn?: ((signal: AbortSignal) => Promise<void>) | undefined
}

/** Makes a runner for one flow. */
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

/** Returns whether any server limited the rate of requests. */
export function isRateLimit(error: unknown): error is LoadTestError {
  if (!(error instanceof LoadTestError)) return false
  const { code, details } = error
  if (code === 'SERVER_RATE_LIMITED' || code === 'CHAIN_RATE_LIMITED') return true
  return details.status === 429 || details.rateLimited === true
}

/** Returns whether a request failed before it had any effect, so that it is safe to retry. */
function hasBegunNothing(error: unknown): boolean {
  return error instanceof LoadTestError && error.details.nothingBegun === true
}

/** Returns whether a server is overloaded: it limits the rate, or is busy and requests a pause. */
function saysTooMuch(error: unknown): error is LoadTestError {
  if (isRateLimit(error)) return true
  const { status, retryAfterMs } = error instanceof LoadTestError ? error.details : {}
  return status === 503 && retryAfterMs !== undefined
}

/** Excludes limits of chain endpoints, which their pool reports and mostly waits out, but not a full transaction pool. */
const isReportedByPool = ({ code, details }: LoadTestError): boolean =>
  code === 'CHAIN_RATE_LIMITED' && details.reason === undefined

/** Converts any failure to the form that reports show. */
export function toFlowError(error: unknown, step: StepName | null): FlowError {
  if (error instanceof LoadTestError) {
    return { code: error.code, step, message: error.message, retriable: error.retriable }
  }
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'INTERNAL', step, message, retriable: false }
}

/** Returns whether a retry may help, and the pause that the server requested. */
export function retryAdvice(error: unknown): { retriable: boolean; retryAfterMs?: number | undefined } {
  if (!(error instanceof LoadTestError)) return { retriable: false }
  const { retryAfterMs } = error.details
  return {
    retriable: error.retriable || hasBegunNothing(error),
    retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : undefined,
  }
}
