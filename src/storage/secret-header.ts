import { LoadTestError } from '../errors/load-test-error.ts'

/**
 * Checks that a token is valid in a header, so that no library rejects it later with a message that quotes it.
 *
 * @param what names the token: `the Pinata JWT`
 * @returns the header with the token
 * @throws LoadTestError CONFIG_INVALID
 */
export function bearerHeader(token: string, what: string): { authorization: string } {
  if (/^[\x21-\x7e]+$/.test(token)) return { authorization: `Bearer ${token}` }
  throw new LoadTestError('CONFIG_INVALID', `${what} is empty or has characters that no token has.`)
}
