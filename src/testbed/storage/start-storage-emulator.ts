import { createPublicKey } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BaseLogger } from 'pino'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { createBodyStore } from './body-store.ts'
import { createCounters, type EmulatorCounters } from './counters.ts'
import type { Emulator } from './exchange.ts'
import { ObjectStore } from './object-store.ts'
import { createRequestAnswerer, refuseMalformed } from './request-answerer.ts'
import { createResumableUploads } from './resumable-uploads.ts'

/** How to run a storage emulator. */
export type StorageEmulatorOptions = {
  /** Address to listen on. @default '127.0.0.1' */
  host?: '127.0.0.1'
  /** Port to listen on; 0 takes a free one. @default 0 */
  port?: number
  /** Buckets that are there from the start. @default [] */
  buckets?: readonly EmulatedBucket[]
  /** Service accounts whose signed URLs are accepted. @default [] */
  serviceAccounts?: readonly EmulatedServiceAccount[]
  /** Folder for bodies that do not fit in memory; a folder of its own is made in it. @default the system's temporary folder */
  spillDirectory?: string
  /** Most bytes of object bodies in memory; the rest goes to files. @default 256 MiB */
  memoryLimitBytes?: number
  /** Largest object taken; past it 413. @default 1 GiB */
  maxObjectBytes?: number
  /** How long `stop` waits for requests under way before it cuts them off, in ms. @default 2000 */
  stopGraceMs?: number
  /** Where faults of the emulator itself are logged. @default nowhere */
  logger?: Pick<BaseLogger, 'error'>
  /** Stops the emulator when aborted. */
  signal?: AbortSignal
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

/** What an emulator holds and has done. */
export type StorageEmulatorStats = EmulatorCounters & {
  objects: number
  /** Resumable uploads that are not finished, or were a short while ago. */
  uploadSessions: number
  /** Bytes of bodies in memory and in files. */
  memoryBytes: number
  spilledBytes: number
  /** Share of the time since the start in which this thread's event loop was busy, 0-1. */
  busy: number
}

/** A running emulator. */
export type StorageEmulator = {
  /** `http://127.0.0.1:<port>`, for `apiEndpoint`. */
  readonly url: string
  readonly port: number
  /** Stops taking requests, lets those under way finish for a moment, closes every socket, removes every file. */
  stop(): Promise<void>
  stats(): StorageEmulatorStats
}

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
    host = '127.0.0.1',
    port = 0,
    buckets = [],
    serviceAccounts = [],
    spillDirectory,
    memoryLimitBytes = 256 * 2 ** 20,
    maxObjectBytes = 2 ** 30,
    stopGraceMs = 2000,
    logger,
    signal,
    now = () => new Date(),
  } = options
  signal?.throwIfAborted()

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
      serviceAccounts.map(({ clientEmail, key }) => [clientEmail, publicKey(clientEmail, key)]),
    ),
    counters: createCounters(),
    maxObjectBytes,
    now,
  }
  for (const bucket of buckets) createBucket(emulator, bucket)

  const answerer = createRequestAnswerer(emulator, logger)
  const server = createServer({ keepAliveTimeout: 65_000, noDelay: true }, answerer.listener)
  server.on('clientError', refuseMalformed)
  const address = await listen(server, host, port)
  const loadAtStart = performance.eventLoopUtilization()

  let stopping: Promise<void> | undefined
  async function stop(): Promise<void> {
    signal?.removeEventListener('abort', stop)
    stopping ??= close(server, stopGraceMs).then(async () => {
      await answerer.settled()
      await emulator.uploads.close()
      await bodies.close()
    })
    await stopping
  }
  signal?.addEventListener('abort', stop, { once: true })

  return {
    url: `http://${host}:${address.port}`,
    port: address.port,
    stop,
    stats: () => ({
      ...emulator.counters,
      objects: emulator.store.size,
      uploadSessions: emulator.uploads.size,
      memoryBytes: bodies.memoryBytes,
      spilledBytes: bodies.spilledBytes,
      busy: performance.eventLoopUtilization(loadAtStart).utilization,
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

function publicKey(clientEmail: string, pem: string): ReturnType<typeof createPublicKey> {
  try {
    const key = createPublicKey(pem)
    if (key.asymmetricKeyType === 'rsa') return key
  } catch {
    // The parser's message may quote the key; the address says enough.
  }
  throw new LoadTestError(
    'CONFIG_INVALID',
    `The key of service account ${clientEmail} is not an RSA key in PEM form.`,
  )
}

function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const inUse = cause.code === 'EADDRINUSE' || cause.code === 'EACCES'
      const message = `The storage emulator cannot listen on ${host}:${port} (${cause.code ?? cause.message}).`
      reject(new LoadTestError(inUse ? 'PORT_IN_USE' : 'TESTBED_START_FAILED', message, { cause }))
    })
    server.listen(port, host, () => resolve(server.address() as AddressInfo))
  })
}

/** Closes idle sockets at once and busy ones after their answer, or after the grace period. */
async function close(server: Server, graceMs: number): Promise<void> {
  const cutOff = setTimeout(() => server.closeAllConnections(), graceMs)
  try {
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeIdleConnections()
    })
  } finally {
    clearTimeout(cutOff)
  }
}
