import { readFileSync } from 'node:fs'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { ServiceAccount } from './service-account.ts'

/**
 * Reads a service account's key file, in the form in which Google gives them out.
 *
 * @throws LoadTestError CONFIG_INVALID, with nothing of the content
 */
export function readKeyFile(path: string): ServiceAccount {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    const reason =
      cause instanceof SyntaxError ? 'it is not JSON' : cause instanceof Error ? cause.message : String(cause)
    throw new LoadTestError(
      'CONFIG_INVALID',
      `The service account's key file ${path} can't be read: ${reason}.`,
    )
  }
}
