import { LoadTestError } from '../errors/load-test-error.ts'
import { downloadObject } from './download-object.ts'
import { newObject } from './new-object.ts'
import { objectPages } from './object-pages.ts'
import type { ObjectStorage } from './object-storage.ts'
import { googleEndpoint, objectNameFromUrl, publicObjectUrl } from './object-url.ts'
import { createOfficialClient } from './official-client.ts'
import { pickFiles } from './pick-files.ts'
import { deleted, features, openConnection, type ProviderOptions } from './provider-options.ts'
import { redactSignedUrl } from './redact-signed-url.ts'
import { createSigner, type ServiceAccount } from './service-account.ts'
import { signObjectUrl } from './sign-object-url.ts'
import type { StorageConnection } from './storage-connection.ts'
import { uploadObject } from './upload-object.ts'

/** Which bucket objects go to, and which URLs lead to them. An `apiEndpoint` gets no `credentials`. */
export type GoogleCloudStorageOptions = ProviderOptions & {
  bucket: string
  /** Access token for the stand-in at `apiEndpoint`. @default none */
  accessToken?: string | undefined
  /** A service account's key file, parsed. @default the machine's own (application default credentials) */
  credentials?: ServiceAccount | undefined
  /** Public URLs need a bucket that anyone may read; signed ones need `credentials`. @default 'public' */
  urlKind?: 'public' | 'signed' | undefined
  /** Lifetime of signed URLs in ms; the service allows no more than the default. @default 7 days */
  signedUrlLifetimeMs?: number | undefined
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
  const { bucket, apiEndpoint, accessToken, credentials } = options
  const endpoint = (apiEndpoint ?? googleEndpoint).replace(/\/+$/, '')
  const urlOf = urlMaker(options, endpoint)
  const official = createOfficialClient({ bucket, endpoint, apiEndpoint, accessToken, credentials })
  const { dispatcher, prefix, callOf } = openConnection(options)
  const standInHeaders: Record<string, string> =
    accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }
  const connection: StorageConnection = {
    dispatcher,
    endpoint,
    bucket,
    authorization: apiEndpoint === undefined ? official.authorization : async () => standInHeaders,
  }

  return {
    async upload(content, uploadOptions = {}) {
      const { object, call } = await newObject(prefix, content, uploadOptions)
      const { name, contentType, bytes } = object
      await uploadObject(connection, object, callOf(call))
      return { url: await urlOf(name), size: bytes.length, contentType, metadata: { bucket, name } }
    },

    download: (url, callOptions = {}) => downloadObject(connection, url, callOf(callOptions)),

    async list(listOptions = {}) {
      const call = { action: `list bucket ${bucket}`, ...callOf(listOptions) }
      const { offset } = listOptions
      const after = typeof offset === 'string' ? offset : undefined
      const options = after === undefined ? listOptions : { ...listOptions, offset: 0 }
      const found = await official.onBucket(call, (remote) =>
        pickFiles(objectPages(remote, { prefix, after }), prefix, options),
      )
      return await Promise.all(found.map(async (file) => ({ ...file, url: await urlOf(file.name) })))
    },

    async delete(url, callOptions = {}) {
      const name = objectNameFromUrl(endpoint, bucket, url)
      const action = `delete ${redactSignedUrl(url)}`
      if (name === undefined) {
        const message = `Cannot ${action}: it is not an object of bucket ${bucket}.`
        throw new LoadTestError('STORAGE_REFUSED', message)
      }
      const call = { action, ...callOf(callOptions) }
      return await deleted(official.onBucket(call, (remote) => remote.file(name).delete()))
    },

    async missingPermissions(callOptions = {}) {
      const call = { action: `look at bucket ${bucket}`, ...callOf(callOptions) }
      const [held] = await official.onBucket(call, (remote) => remote.iam.testPermissions(neededPermissions))
      return neededPermissions.filter((permission) => held[permission] !== true)
    },

    getConfig: () => ({
      name: 'Google Cloud Storage',
      type: 'google-cloud-storage',
      requiresAuth: apiEndpoint === undefined,
      features,
    }),

    close: () => dispatcher.destroy(),
  }
}

/** Returns a function that makes the URL of an object. Throws LoadTestError CONFIG_INVALID. */
function urlMaker(options: GoogleCloudStorageOptions, endpoint: string): (name: string) => Promise<string> {
  const { bucket, credentials, urlKind = 'public' } = options
  const { signedUrlLifetimeMs: lifetimeMs = weekMs, now = () => new Date() } = options
  if (urlKind === 'public') return async (name) => publicObjectUrl(endpoint, bucket, name)
  if (lifetimeMs < 1000 || lifetimeMs > weekMs) {
    const message = `Signed URLs are valid from 1 s to 7 days, not ${lifetimeMs} ms.`
    throw new LoadTestError('CONFIG_INVALID', message)
  }
  if (credentials === undefined) {
    throw new LoadTestError('CONFIG_INVALID', 'Signed URLs need the key file of a service account.')
  }
  const signer = createSigner(credentials)
  return (name) => signObjectUrl(signer, { endpoint, bucket, name, lifetimeMs, now: now() })
}
