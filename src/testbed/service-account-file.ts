import { generateKeyPair, randomUUID } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { makeTemporaryFolder } from '../files/temporary-folder.ts'

/** A service account that only the testbed's storage knows. */
export type ServiceAccountFile = {
  /** Path of the key file, in the form in which Google gives them out; readable by this user alone. */
  path: string
  /** What the storage needs, to verify signatures. */
  public: { clientEmail: string; key: string }
  remove(): Promise<void>
}

const clientEmail = 'load-test@testbed.invalid'

/** Makes a key pair and writes the key file into a new folder among the temporary ones. */
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
