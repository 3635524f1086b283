import { createPublicKey, type KeyObject } from 'node:crypto'
import { LoadTestError } from '../../errors/load-test-error.ts'

/**
 * Reads the public half of a service account's key.
 *
 * @throws LoadTestError CONFIG_INVALID, which does not quote it
 */
export function accountKey(clientEmail: string, pem: string): KeyObject {
  try {
    const key = createPublicKey(pem)
    if (key.asymmetricKeyType === 'rsa') return key
  } catch {
    // The parser's message may quote the key; the address says enough.
  }
  throw new LoadTestError(
    'CONFIG_INVALID',
    `The key of service account ${clientEmail} is not an RSA key in PEM form.`,
  )
}
