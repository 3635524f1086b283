import { address, choice, httpUrl, text, wholeNumber } from '../kinds/basic.ts'
import { listOf } from '../kinds/kind.ts'
import { optional } from '../parameter.ts'
import { storageProviderNames } from '../storage-provider.ts'

/** A target from the environment, for `--target moksha` and `--target env`. */
export const targetParameters = {
  rpcUrl: optional(listOf(httpUrl, 'http or https URLs, separated by commas'), {
    summary: 'RPC endpoints, separated by commas.',
  }),
  chainId: optional(wholeNumber({ min: 1, max: Number.MAX_SAFE_INTEGER }), { summary: 'Chain id.' }),
  storageProvider: optional(choice(storageProviderNames), {
    summary:
      'Storage of data and grants: gcs (Google Cloud Storage, the default), pinata (IPFS) or google-drive.',
  }),
  storageBucket: optional(text('the name of a bucket'), {
    alsoEnv: ['GOOGLE_CLOUD_STORAGE_BUCKET', 'GCS_BUCKET'],
    summary: 'Google Cloud Storage bucket for data and grants.',
  }),
  storageKeyFile: optional(text('a path'), {
    alsoEnv: ['GOOGLE_APPLICATION_CREDENTIALS'],
    summary: 'File with the service-account key for the bucket or for Google Drive.',
  }),
  storageFolder: optional(text('the id of a folder'), {
    summary:
      'Id of the Google Drive folder for data and grants. A service account needs a folder on a shared drive.',
  }),
  storageGateway: optional(httpUrl, {
    summary: "IPFS gateway that doctor reads through, with Pinata. (default: Pinata's public gateway)",
  }),
  storageEndpoint: optional(httpUrl, {
    summary: 'Endpoint of the storage API, for a stand-in of the provider.',
  }),
  storageUrls: optional(choice(['public', 'signed']), {
    summary: 'Google Cloud Storage URLs that go on chain: signed (V4, for a private bucket) or public.',
  }),
  personalServerUrl: optional(httpUrl, {
    alsoEnv: ['PERSONAL_SERVER_BASE_URL'],
    summary: 'URL of the personal server, ending in /api/v1.',
  }),
  apiServerUrl: optional(httpUrl, {
    summary: 'URL of the API server. (default: a run starts its own)',
  }),
  granteeId: optional(wholeNumber({ min: 1, max: Number.MAX_SAFE_INTEGER }), {
    summary: 'Id of the app (the grantee) that gets access.',
  }),
  moreGranteeIds: optional(
    listOf(wholeNumber({ min: 1, max: Number.MAX_SAFE_INTEGER }), 'ids above 0, separated by commas'),
    {
      summary:
        "Ids of further grantees for --grantees, separated by commas. Their keys derive from the grantee's private key.",
    },
  ),
  granteeAddress: optional(address, {
    summary: "Address of the app. (default: that of the grantee's private key)",
  }),
}
