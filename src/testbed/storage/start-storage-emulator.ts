import { LoadTestError } from '../../errors/load-test-error.ts'
import { accountKeys, type EmulatedServiceAccount } from '../emulator/account-key.ts'
import {
  createEmulatorBase,
  type EmulatorOptions,
  type RunningEmulator,
  startEmulator,
} from '../emulator/start-emulator.ts'
import type { Emulator } from './emulator.ts'
import { ObjectStore } from './object-store.ts'
import { ResumableUploads } from './resumable-uploads.ts'
import { routeStorage } from './route.ts'
import { sendStorageError } from './send-error.ts'

/** How to run an emulator of Google Cloud Storage. */
export type StorageEmulatorOptions = EmulatorOptions & {
  /** Buckets that exist from the start. @default [] */
  buckets?: readonly EmulatedBucket[] | undefined
  /** Service accounts whose signed URLs are accepted. @default [] */
  serviceAccounts?: readonly EmulatedServiceAccount[] | undefined
  /**
   * Access tokens that are accepted. With a list, everything that is not public needs one of them, as in a real bucket.
   * Without a list, the JSON API needs none, and object URLs accept any token. @default undefined
   */
  accessTokens?: readonly string[] | undefined
  /** Largest object accepted; a larger one is refused with 413. @default 1 GiB */
  maxObjectBytes?: number | undefined
}

/** A bucket to create at the start. */
export type EmulatedBucket = {
  name: string
  /** Whether anyone may read and list its objects. @default true */
  public?: boolean | undefined
}

/** A running emulator; `uploadSessions` are the unfinished and recently finished uploads in parts. */
export type StorageEmulator = RunningEmulator<{ objects: number; uploadSessions: number }>

/**
 * Starts an emulator of Google Cloud Storage: the objects of the JSON API as `@google-cloud/storage` uses it, with whole
 * and resumable uploads, and object URLs, public or V4-signed. Everything else is answered with 501. Nothing is kept
 * after `stop`.
 *
 * @throws LoadTestError PORT_IN_USE, CONFIG_INVALID for a bucket's name or an account's key; the signal's reason
 *
 * @example
 * const emulator = await startStorageEmulator({ buckets: [{ name: 'data' }] })
 * const storage = new Storage({ apiEndpoint: emulator.url, projectId: 'testbed' })
 */
export async function startStorageEmulator(options: StorageEmulatorOptions = {}): Promise<StorageEmulator> {
  const { buckets = [], serviceAccounts = [], accessTokens, maxObjectBytes = 2 ** 30 } = options
  const base = createEmulatorBase(options)
  const store = new ObjectStore(base.now)
  const uploads = new ResumableUploads(base.bodies)
  const emulator: Emulator = {
    ...base,
    store,
    uploads,
    accounts: accountKeys(serviceAccounts),
    accessTokens: accessTokens && new Set(accessTokens),
    maxObjectBytes,
  }
  for (const bucket of buckets) createBucket(store, bucket)
  return await startEmulator(
    base,
    {
      route: (exchange) => routeStorage(emulator, exchange),
      sendError: sendStorageError,
      held: () => ({ objects: store.size, uploadSessions: uploads.size }),
      free: () => uploads.close(),
    },
    options,
  )
}

function createBucket(store: ObjectStore, bucket: EmulatedBucket): void {
  const { name, public: isPublic = true } = bucket
  try {
    store.createBucket(name, { isPublic })
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new LoadTestError('CONFIG_INVALID', `Bucket ${name} cannot be created: ${message}`, { cause })
  }
}
