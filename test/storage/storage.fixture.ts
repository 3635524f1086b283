import { generateKeyPairSync } from 'node:crypto'
import { Storage } from '@google-cloud/storage'
import { afterAll, beforeAll } from 'vitest'
import {
  type StorageEmulator,
  type StorageEmulatorOptions,
  startStorageEmulator,
} from '../../src/testbed/storage/start-storage-emulator.ts'

/** A service account for tests. */
export const account = {
  client_email: 'signer@testbed.iam.gserviceaccount.com',
  private_key: generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey,
}

/** The buckets of every emulator that tests start. */
export const buckets = {
  open: 'open-bucket',
  closed: 'closed-bucket',
} as const

/** Starts an emulator with the buckets and the account above. */
export function startEmulator(options: StorageEmulatorOptions = {}): Promise<StorageEmulator> {
  return startStorageEmulator({
    buckets: [{ name: buckets.open }, { name: buckets.closed, public: false }],
    serviceAccounts: [{ clientEmail: account.client_email, key: account.private_key }],
    ...options,
  })
}

/** The official client, without retries, pointed at an emulator. */
export function officialClient(url: string, credentials = account): Storage {
  return new Storage({
    apiEndpoint: url,
    projectId: 'testbed',
    credentials,
    retryOptions: { autoRetry: false, maxRetries: 0 },
  })
}

/** Runs an emulator for all tests of a file. */
export function useEmulator(options: StorageEmulatorOptions = {}) {
  let emulator: StorageEmulator | undefined
  let storage: Storage | undefined
  beforeAll(async () => {
    emulator = await startEmulator(options)
    storage = officialClient(emulator.url)
  })
  afterAll(async () => {
    await emulator?.stop()
  })
  const started = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('the emulator has not started')
    return value
  }
  return {
    emulator: () => started(emulator),
    storage: () => started(storage),
    bucket: (name: keyof typeof buckets = 'open') => started(storage).bucket(buckets[name]),
    url: (path: string) => started(emulator).url + path,
  }
}
