import { createPrivateKey, type KeyObject } from 'node:crypto'
import { z } from 'zod'
import { LoadTestError } from '../errors/load-test-error.ts'

/** The parts of a service account's key file that are used here. */
export type ServiceAccount = { client_email: string; private_key: string }

const schema = z.object({ client_email: z.string().min(3), private_key: z.string().min(1) })

/** An account that can sign. */
export type Signer = { clientEmail: string; key: KeyObject }

/**
 * Makes a signer of a service account's key file, as parsed from its JSON. Nothing of the key gets into an error.
 *
 * @throws LoadTestError CONFIG_INVALID
 */
export function createSigner(account: unknown): Signer {
  const parsed = schema.safeParse(account)
  if (!parsed.success) {
    const fields = parsed.error.issues.map(({ path }) => path.join('.') || 'the whole file').join(', ')
    throw new LoadTestError('CONFIG_INVALID', `The service account's key file is not valid: see ${fields}.`)
  }
  const { client_email: clientEmail, private_key: privateKey } = parsed.data
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
