import { LoadTestError } from '../../errors/load-test-error.ts'

/**
 * Describes the last failure of a request that was tried several times.
 *
 * @example throw givenUp(failure, { what: 'eth_call', attempts: 14, spentMs: 30_000 })
 */
export function givenUp(
  failure: LoadTestError,
  { what, attempts, spentMs }: { what: string; attempts: number; spentMs: number },
): LoadTestError {
  if (attempts <= 1) return failure
  const seconds = Number((spentMs / 1000).toFixed(1))
  return new LoadTestError(
    failure.code,
    `${failure.message.replace(/\.$/, '')}; ${what} was tried ${attempts} times in ${seconds} s.`,
    { cause: failure, hint: failure.hint, details: { ...failure.details, attempts, spentMs } },
  )
}
