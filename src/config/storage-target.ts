import { z } from 'zod'
import { isLoopback } from './loopback.ts'
import { storageProviderWords } from './storage-provider.ts'

const httpUrl = z.url({ protocol: /^https?$/, error: 'expected an http or https URL' })
/** Where a token is sent. */
const privateUrl = httpUrl.refine((url) => url.startsWith('https:') || isLoopback(url), {
  error: 'expected an https URL, since a token is sent there; http is for loopback addresses',
})

const providerSchema = z.discriminatedUnion('provider', [
  z.strictObject({
    provider: z.literal('gcs'),
    /** Absent for the real Google Cloud Storage. */
    apiEndpoint: httpUrl.optional(),
    bucket: z.string().min(1),
    /** Whether the URLs that go on chain are public, or V4-signed. */
    urls: z.enum(['public', 'signed']).default('public'),
    /** Path of a service-account key file; its content is never kept in a target document. */
    keyFile: z.string().optional(),
  }),
  z.strictObject({
    provider: z.literal('pinata'),
    /** Absent for the real Pinata. */
    apiEndpoint: privateUrl.optional(),
    /** IPFS gateway that files are read back through by `doctor`; personal servers have their own. */
    gatewayUrl: httpUrl.optional(),
  }),
  z.strictObject({
    provider: z.literal('google-drive'),
    /** Absent for the real Google Drive. */
    apiEndpoint: privateUrl.optional(),
    /** Id of the folder that files go to. */
    folderId: z.string().min(1).optional(),
    /** Path of a service-account key file. */
    keyFile: z.string().optional(),
  }),
])

/** The storage of a target; a document that names no provider means Google Cloud Storage, as it always did. */
export const storageSchema = z.preprocess(
  (value) =>
    typeof value === 'object' && value !== null && !('provider' in value)
      ? { provider: 'gcs', ...value }
      : value,
  providerSchema,
)

/** The storage of a target. */
export type StorageTarget = z.output<typeof providerSchema>

/**
 * Says where files go, for people.
 *
 * @example describeStorage({ provider: 'gcs', bucket: 'data', urls: 'public' }) // 'bucket data'
 */
export function describeStorage(storage: StorageTarget): string {
  if (storage.provider === 'gcs') return `bucket ${storage.bucket}`
  if (storage.provider === 'pinata') return storageProviderWords.pinata
  const { folderId } = storage
  return folderId === undefined ? storageProviderWords['google-drive'] : `folder ${folderId} of Google Drive`
}
