import { createPublicKey, type KeyObject } from 'node:crypto'
import { LoadTestError } from '../../errors/load-test-error.ts'

/** A service account whose signatures an emulator accepts. */
export type EmulatedServiceAccount = {
  clientEmail: string
  /** Its RSA key in PEM form; only the public half of a private key is kept. */
  key: string
}

/**
 * Returns the public keys of service accounts by e-mail address.
 *
 * @throws LoadTestError CONFIG_INVALID for a key that is not RSA; the message does not quote it
 */
export function accountKeys(accounts: readonly EmulatedServiceAccount[]): ReadonlyMap<string, KeyObject> {
  return new Map(accounts.map(({ clientEmail, key }) => [clientEmail, publicKey(clientEmail, key)]))
}

function publicKey(clientEmail: string, pem: string): KeyObject {
  try {
    const key = createPublicKey(pem)
    if (key.asymmetricKeyType === 'rsa') return key
  } catch {
    // The parser's message may quote the key, so it is dropped.
  }
  const message = `The key of service account ${clientEmail} is not an RSA key in PEM form.`
  throw new LoadTestError('CONFIG_INVALID', message)
}
