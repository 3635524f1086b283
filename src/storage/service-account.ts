import { createPrivateKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { LoadTestError } from '../errors/load-test-error.ts'

const schema = z.object({ client_email: z.string().min(3), private_key: z.string().min(1) })

/** The parts of a service account's key file that are used here. */
export type ServiceAccount = z.infer<typeof schema>

/** An account that can sign. */
export type Signer = { clientEmail: string; key: KeyObject }

/**
 * Reads a service account's key file. No error quotes from it.
 *
 * @throws LoadTestError CONFIG_INVALID
 */
export function readServiceAccount(path: string): ServiceAccount {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable'
    throw new LoadTestError(
      'CONFIG_INVALID',
      `The service account's key file ${path} cannot be read (${code}).`,
    )
  }
  return parseServiceAccount(text)
}

/**
 * Parses a service account's key file. No error quotes from it.
 *
 * @throws LoadTestError CONFIG_INVALID
 */
export function parseServiceAccount(text: string): ServiceAccount {
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch {
    throw new LoadTestError('CONFIG_INVALID', "The service account's key file is not JSON.")
  }
  const parsed = schema.safeParse(content)
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map(({ path }) => path.join('.') || 'the whole file').join(', ')
  throw new LoadTestError('CONFIG_INVALID', `The service account's key file is not valid: see ${fields}.`)
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
