import { createPrivateKey, type KeyObject } from 'node:crypto'
import { readGoogleCredentials, type ServiceAccount } from '../crypto/google-credentials.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { TextFile } from '../files/decode-text.ts'
import { readTextFile } from '../files/read-text-file.ts'
import { processRedactor } from '../redaction/process-redactor.ts'

export type { ServiceAccount } from '../crypto/google-credentials.ts'

/** A service account that can sign. */
export type Signer = { clientEmail: string; key: KeyObject }

/**
 * Reads a service account's key file. No error quotes it.
 *
 * @throws LoadTestError CONFIG_INVALID
 */
export function readServiceAccount(path: string): ServiceAccount {
  const read = readTextFile(path, { maxBytes: 2 ** 20 })
  return parseServiceAccount(read, `The service account's key file ${path}`)
}

/**
 * Parses the text of a service account's key. No error quotes it.
 *
 * @param read the text, or why it could not be read
 * @param name names the key in messages
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
 * Creates a signer from a service account. No error quotes the key.
 *
 * @throws LoadTestError CONFIG_INVALID
 */
export function createSigner({ client_email: clientEmail, private_key: privateKey }: ServiceAccount): Signer {
  let key: KeyObject | undefined
  try {
    key = createPrivateKey(privateKey)
  } catch {
    // The parser's message may quote the key, so it is dropped.
  }
  if (key?.asymmetricKeyType !== 'rsa') {
    throw new LoadTestError(
      'CONFIG_INVALID',
      `The private_key of service account ${clientEmail} is not an RSA key.`,
    )
  }
  return { clientEmail, key }
}
