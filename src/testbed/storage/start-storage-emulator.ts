import { LoadTestError } from '../../errors/load-test-error.ts'
import { accountKey } from './account-key.ts'
import { createBodyStore } from './body-store.ts'
import { createCounters } from './counters.ts'
import type { Emulator } from './exchange.ts'
import { ObjectStore } from './object-store.ts'
import { createResumableUploads } from './resumable-uploads.ts'
import { errorShape, route } from './route.ts'
import { sendError } from './send-error.ts'
import {
  type EmulatorServerOptions,
  type RunningEmulator,
  startEmulatorServer,
} from './start-emulator-server.ts'

/** How to run a storage emulator. */
export type StorageEmulatorOptions = EmulatorServerOptions & {
  /** Buckets that are there from the start. @default [] */
  buckets?: readonly EmulatedBucket[]
  /** Service accounts whose signed URLs are accepted. @default [] */
  serviceAccounts?: readonly EmulatedServiceAccount[]
  /**
   * Access tokens that are accepted. With a list, whatever is not public needs one of them, as a real bucket does; without,
   * the JSON API asks for nothing, and any token opens the XML API. @default undefined
   */
  accessTokens?: readonly string[] | undefined
  /** Folder for bodies that do not fit in memory; a folder of its own is made in it. @default the system's temporary folder */
  spillDirectory?: string
  /** Most bytes of object bodies in memory; the rest goes to files. @default 256 MiB */
  memoryLimitBytes?: number
  /** Largest object taken; past it 413. @default 1 GiB */
  maxObjectBytes?: number
  /** The clock for generations, timestamps and signed URLs. @default the system's */
  now?: () => Date
}

/** A bucket to create at the start. */
export type EmulatedBucket = {
  name: string
  /** Whether anyone may read its objects by URL. @default true */
  public?: boolean
  /** Whether replaced and deleted objects are kept as generations. @default false */
  versioning?: boolean
}

/** A service account whose signatures are known. */
export type EmulatedServiceAccount = {
  clientEmail: string
  /** Its RSA key in PEM; of a private key only the public half is kept. */
  key: string
}

/** A running emulator. */
export type StorageEmulator = RunningEmulator<{
  objects: number
  /** Resumable uploads that are not finished, or were a short while ago. */
  uploadSessions: number
}>

/**
 * Starts an emulator of Google Cloud Storage: the JSON API as `@google-cloud/storage` uses it, and of the XML API
 * objects with public and V4-signed URLs. Nothing is kept after {@link StorageEmulator.stop}.
 *
 * @throws LoadTestError PORT_IN_USE, CONFIG_INVALID for a bucket's name or an account's key, the signal's reason
 *
 * @example
 * const emulator = await startStorageEmulator({ buckets: [{ name: 'data' }] })
 * const storage = new Storage({ apiEndpoint: emulator.url, projectId: 'testbed' })
 */
export async function startStorageEmulator(options: StorageEmulatorOptions = {}): Promise<StorageEmulator> {
  const {
    buckets = [],
    serviceAccounts = [],
    accessTokens,
    spillDirectory,
    memoryLimitBytes = 256 * 2 ** 20,
    maxObjectBytes = 2 ** 30,
    now = () => new Date(),
  } = options
  options.signal?.throwIfAborted()

  const bodies = createBodyStore({
    memoryLimitBytes,
    ...(spillDirectory !== undefined && { directory: spillDirectory }),
  })
  const emulator: Emulator = {
    store: new ObjectStore(now),
    bodies,
    uploads: createResumableUploads(bodies, now),
    rewrites: new Map(),
    accounts: new Map(
      serviceAccounts.map(({ clientEmail, key }) => [clientEmail, accountKey(clientEmail, key)]),
    ),
    accessTokens: accessTokens && new Set(accessTokens),
    counters: createCounters(),
    maxObjectBytes,
    now,
  }
  for (const bucket of buckets) createBucket(emulator, bucket)

  const server = await startEmulatorServer(
    {
      counters: emulator.counters,
      now,
      route: (exchange) => route(emulator, exchange),
      sendError: ({ response, rawPath, query, now: at }, error) =>
        sendError(response, error, errorShape(rawPath, query), at),
    },
    options,
    async () => {
      await emulator.uploads.close()
      await bodies.close()
    },
  )
  return {
    url: server.url,
    port: server.port,
    stop: server.stop,
    stats: () => ({
      ...emulator.counters,
      objects: emulator.store.size,
      uploadSessions: emulator.uploads.size,
      memoryBytes: bodies.memoryBytes,
      spilledBytes: bodies.spilledBytes,
      busy: server.busy(),
    }),
  }
}

function createBucket({ store }: Emulator, bucket: EmulatedBucket): void {
  const { name, public: isPublic = true, versioning = false } = bucket
  try {
    store.createBucket(name, { public: isPublic, versioning })
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new LoadTestError('CONFIG_INVALID', `Bucket ${name} cannot be created: ${message}`, { cause })
  }
}
