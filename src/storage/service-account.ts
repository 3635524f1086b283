import { createPrivateKey, type KeyObject } from 'node:crypto'
import { readGoogleCredentials, type ServiceAccount } from '../crypto/google-credentials.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { TextFile } from '../files/decode-text.ts'
import { readTextFile } from '../files/read-text-file.ts'
import { processRedactor } from '../redaction/process-redactor.ts'

export type { ServiceAccount } from '../crypto/google-credentials.ts'

/** An account that can sign. */
export type Signer = { clientEmail: string; key: KeyObject }

/**
 * Reads a service account's key file. No error quotes from it.
 *
 * @throws LoadTestError CONFIG_INVALID
 */
export function readServiceAccount(path: string): ServiceAccount {
  const read = readTextFile(path, { maxBytes: 2 ** 20 })
  return parseServiceAccount(read, `The service account's key file ${path}`)
}

/**
 * Parses the text of a service account's key. No error quotes from it.
 *
 * @param read the text, or why there is none
 * @param name what people know the key by
 * @throws LoadTestError CONFIG_INVALID
 */
export function parseServiceAccount(read: TextFile, name: string): ServiceAccount {
  const parsed = read.problem === undefined ? readGoogleCredentials(read.text) : read
  if (parsed.problem === undefined) {
    processRedactor.register(parsed.account.private_key)
    return parsed.account
  }
  throw new LoadTestError('CONFIG_INVALID', `${name} can't be used: ${parsed.problem}.`)
}

/**
 * Makes a signer of a service account. Nothing of the key gets into an error.
 *
 * @throws LoadTestError CONFIG_INVALID
 */
export function createSigner({ client_email: clientEmail, private_key: privateKey }: ServiceAccount): Signer {
  let key: KeyObject | undefined
  try {
    key = createPrivateKey(privateKey)
  } catch {
    // The parser's own error is dropped, because it may quote the key.
  }
  if (key?.asymmetricKeyType !== 'rsa') {
    throw new LoadTestError(
      'CONFIG_INVALID',
      `The private_key of service account ${clientEmail} is not an RSA key.`,
    )
  }
  return { clientEmail, key }
}
