import { address, choice, httpUrl, text, wholeNumber } from '../kinds/basic.ts'
import { listOf } from '../kinds/kind.ts'
import { optional } from '../parameter.ts'
import { storageProviderNames } from '../storage-provider.ts'

/** What the environment says of a target: used by `--target moksha` and `--target env`. */
export const targetParameters = {
  rpcUrl: optional(listOf(httpUrl, 'http or https URLs, separated by commas'), {
    summary: 'RPC endpoints, separated by commas.',
  }),
  chainId: optional(wholeNumber({ min: 1, max: Number.MAX_SAFE_INTEGER }), { summary: 'Chain id.' }),
  storageProvider: optional(choice(storageProviderNames), {
    summary:
      'Where data and grants are stored: gcs (Google Cloud Storage, the default), pinata (IPFS) or google-drive.',
  }),
  storageBucket: optional(text('the name of a bucket'), {
    alsoEnv: ['GOOGLE_CLOUD_STORAGE_BUCKET', 'GCS_BUCKET'],
    summary: 'Bucket of Google Cloud Storage that data and grants go to.',
  }),
  storageKeyFile: optional(text('a path'), {
    alsoEnv: ['GOOGLE_APPLICATION_CREDENTIALS'],
    summary: 'File with the service-account key for the bucket, or for Google Drive.',
  }),
  storageFolder: optional(text('the id of a folder'), {
    summary:
      'Id of the folder of Google Drive that data and grants go to; a service account needs one on a shared drive.',
  }),
  storageGateway: optional(httpUrl, {
    summary: "IPFS gateway that doctor reads through, with Pinata; without it, Pinata's public one.",
  }),
  storageEndpoint: optional(httpUrl, {
    summary: 'Endpoint of the storage API; only for a stand-in of the provider.',
  }),
  storageUrls: optional(choice(['public', 'signed']), {
    summary: 'URLs of Google Cloud Storage that go on chain: signed (V4, for a private bucket) or public.',
  }),
  personalServerUrl: optional(httpUrl, {
    alsoEnv: ['PERSONAL_SERVER_BASE_URL'],
    summary: 'Personal server, ending in /api/v1.',
  }),
  apiServerUrl: optional(httpUrl, {
    summary: 'API server; without it, a run starts one of its own.',
  }),
  granteeId: optional(wholeNumber({ min: 1, max: Number.MAX_SAFE_INTEGER }), {
    summary: 'Id of the app that is given access.',
  }),
  moreGranteeIds: optional(
    listOf(wholeNumber({ min: 1, max: Number.MAX_SAFE_INTEGER }), 'ids above 0, separated by commas'),
    {
      summary:
        "Ids of more apps for --grantees, separated by commas; their keys follow from the grantee's private key.",
    },
  ),
  granteeAddress: optional(address, {
    summary: "Address of the app; without it, that of the grantee's private key.",
  }),
}
