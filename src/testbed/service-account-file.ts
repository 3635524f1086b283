import { generateKeyPair, randomUUID } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { makeTemporaryFolder } from '../files/temporary-folder.ts'

/** Service account that only the testbed's storage accepts. */
export type ServiceAccountFile = {
  /** Path of the key file, in Google's own format. Only this user can read it. */
  path: string
  /** For the storage, which verifies signatures. */
  public: { clientEmail: string; key: string }
  remove(): Promise<void>
}

const clientEmail = 'load-test@testbed.invalid'

/** Creates a key pair and writes the key file to a new temporary folder. */
export async function createServiceAccount(): Promise<ServiceAccountFile> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  const folder = await makeTemporaryFolder()
  const path = join(folder, 'service-account.json')
  const content = {
    type: 'service_account',
    project_id: 'testbed',
    private_key_id: randomUUID(),
    private_key: privateKey,
    client_email: clientEmail,
  }
  await writeFile(path, JSON.stringify(content), { mode: 0o600 })
  return {
    path,
    public: { clientEmail, key: publicKey },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
