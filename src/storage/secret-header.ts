import { LoadTestError } from '../errors/load-test-error.ts'

/**
 * Holds a token against what a header can carry, so that nothing further down complains of it by quoting it.
 *
 * @param what names it: `the Pinata JWT`
 * @returns the header that sends it
 * @throws LoadTestError CONFIG_INVALID
 */
export function bearerHeader(token: string, what: string): { authorization: string } {
  if (/^[\x21-\x7e]+$/.test(token)) return { authorization: `Bearer ${token}` }
  throw new LoadTestError('CONFIG_INVALID', `${what} has characters that no token has, or is empty.`)
}
