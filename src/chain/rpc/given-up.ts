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

type Labelled = { readonly label: string }

/** Makes the error for a request that no endpoint could be asked. */
export function noEndpoint(endpoints: readonly Labelled[]): LoadTestError {
  const endpoint = labelsOf(endpoints)
  return new LoadTestError('CHAIN_UNREACHABLE', `No endpoint is reachable at present (${endpoint}).`, {
    details: { endpoint },
  })
}

/** Makes the error for a request that every endpoint answered with a pause. */
export function rateLimited(endpoints: readonly Labelled[], pauseMs: number, cause: unknown): LoadTestError {
  const endpoint = labelsOf(endpoints)
  return new LoadTestError('CHAIN_RATE_LIMITED', `Every endpoint asks for a pause (${endpoint}).`, {
    cause,
    details: { endpoint, retryAfterMs: Math.ceil(pauseMs) },
  })
}

const labelsOf = (endpoints: readonly Labelled[]): string => endpoints.map(({ label }) => label).join(', ')
