import { LoadTestError } from '../errors/load-test-error.ts'
import { createHttpAgent } from '../http/outbound.ts'
import { downloadObject } from './download-object.ts'
import { listFiles } from './list-files.ts'
import { newObject } from './new-object.ts'
import type { ObjectStorage, StorageCallOptions } from './object-storage.ts'
import { googleEndpoint, objectNameFromUrl, publicObjectUrl } from './object-url.ts'
import { createOfficialClient } from './official-client.ts'
import { redactSignedUrl } from './redact-signed-url.ts'
import { createSigner, type ServiceAccount } from './service-account.ts'
import { signObjectUrl } from './sign-object-url.ts'
import type { StorageConnection } from './storage-connection.ts'
import { uploadObject } from './upload-object.ts'

/** Where objects go, and what kind of URLs stand for them. */
export type GoogleCloudStorageOptions = {
  bucket: string
  /** Endpoint of a stand-in, to which no `credentials` are sent. @default the real Google Cloud Storage */
  apiEndpoint?: string | undefined
  /** Access token for the stand-in. @default none */
  accessToken?: string | undefined
  /** A service account's key file, parsed. @default the machine's own (application default credentials) */
  credentials?: ServiceAccount | undefined
  /** Public URLs need a bucket that anyone may read; signed ones need `credentials`. @default 'public' */
  urlKind?: 'public' | 'signed' | undefined
  /** How long signed URLs hold, in ms; the service allows no more than the default. @default 7 days */
  signedUrlLifetimeMs?: number | undefined
  /** What the names of all objects begin with, e.g. `runs/42/`. @default '' */
  prefix?: string | undefined
  /** Time for one call, in ms. @default 30000 */
  timeoutMs?: number | undefined
  /** Most connections at a time; calls beyond wait. @default 256 */
  connections?: number | undefined
  /** For calls that bring no signal of their own. */
  signal?: AbortSignal | undefined
  /** The clock for signed URLs. @default the system's */
  now?: (() => Date) | undefined
}

const weekMs = 7 * 24 * 3600 * 1000
const neededPermissions = [
  'storage.objects.create',
  'storage.objects.get',
  'storage.objects.list',
  'storage.objects.delete',
]

/**
 * Creates storage on Google Cloud Storage, or on an emulator of it.
 *
 * @throws LoadTestError CONFIG_INVALID
 *
 * @example
 * const storage = createGoogleCloudStorage({ bucket: 'data', apiEndpoint: 'http://127.0.0.1:4443' })
 * const { url } = await storage.upload(bytes, { name: 'a.bin', contentType: 'application/octet-stream', signal })
 */
export function createGoogleCloudStorage(options: GoogleCloudStorageOptions): ObjectStorage {
  const {
    bucket,
    apiEndpoint,
    accessToken,
    credentials,
    urlKind = 'public',
    prefix = '',
    connections = 256,
  } = options
  const {
    signedUrlLifetimeMs = weekMs,
    timeoutMs: defaultTimeoutMs = 30_000,
    now = () => new Date(),
  } = options
  const endpoint = (apiEndpoint ?? googleEndpoint).replace(/\/+$/, '')
  if (signedUrlLifetimeMs < 1000 || signedUrlLifetimeMs > weekMs) {
    throw new LoadTestError(
      'CONFIG_INVALID',
      `Signed URLs hold from 1 s to 7 days, not ${signedUrlLifetimeMs} ms.`,
    )
  }
  if (urlKind === 'signed' && credentials === undefined) {
    throw new LoadTestError('CONFIG_INVALID', 'Signed URLs need the key file of a service account.')
  }
  const signer = urlKind === 'signed' && credentials !== undefined ? createSigner(credentials) : undefined
  const official = createOfficialClient({ bucket, endpoint, apiEndpoint, accessToken, credentials })
  const dispatcher = createHttpAgent({ connections, pipelining: 1 })
  const standInHeaders: Record<string, string> =
    accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }
  const connection: StorageConnection = {
    dispatcher,
    endpoint,
    bucket,
    authorization: apiEndpoint === undefined ? official.authorization : async () => standInHeaders,
  }

  const settle = ({ signal = options.signal, timeoutMs = defaultTimeoutMs }: StorageCallOptions) => ({
    signal,
    timeoutMs,
  })

  async function urlOf(name: string): Promise<string> {
    if (signer === undefined) return publicObjectUrl(endpoint, bucket, name)
    return await signObjectUrl(signer, {
      endpoint,
      bucket,
      name,
      lifetimeMs: signedUrlLifetimeMs,
      now: now(),
    })
  }

  return {
    async upload(content, uploadOptions = {}) {
      const { object, call } = await newObject(prefix, content, uploadOptions)
      const { name, contentType, bytes } = object
      await uploadObject(connection, object, settle(call))
      return { url: await urlOf(name), size: bytes.length, contentType, metadata: { bucket, name } }
    },

    download: (url, callOptions = {}) => downloadObject(connection, url, settle(callOptions)),

    async list(listOptions = {}) {
      const call = { action: `list bucket ${bucket}`, ...settle(listOptions) }
      return await official.onBucket(call, (remote) => listFiles(remote, prefix, listOptions, urlOf))
    },

    async delete(url, callOptions = {}) {
      const name = objectNameFromUrl(endpoint, bucket, url)
      const action = `delete ${redactSignedUrl(url)}`
      if (name === undefined) {
        throw new LoadTestError('STORAGE_REFUSED', `Cannot ${action}: it is no object of bucket ${bucket}.`)
      }
      try {
        await official.onBucket({ action, ...settle(callOptions) }, (remote) => remote.file(name).delete())
        return true
      } catch (error) {
        if (error instanceof LoadTestError && error.details.status === 404) return false
        throw error
      }
    },

    async missingPermissions(callOptions = {}) {
      const call = { action: `look at bucket ${bucket}`, ...settle(callOptions) }
      const [held] = await official.onBucket(call, (remote) => remote.iam.testPermissions(neededPermissions))
      return neededPermissions.filter((permission) => held[permission] !== true)
    },

    getConfig: () => ({
      name: 'Google Cloud Storage',
      type: 'google-cloud-storage',
      requiresAuth: apiEndpoint === undefined,
      features: { upload: true, download: true, list: true, delete: true },
    }),

    close: () => dispatcher.destroy(),
  }
}
