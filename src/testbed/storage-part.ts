import { developmentStorageSecrets, developmentStorageToken } from '../config/storage-secrets.ts'
import type { StorageTarget } from '../config/storage-target.ts'
import type { PartSettings } from './parts.ts'
import type { ServiceAccountFile } from './service-account-file.ts'
import type { TestbedOptions } from './testbed-options.ts'

/** Where the personal server finds what no URL leads to by itself. */
export type StorageReaders = {
  /** IPFS gateways, to which a content id is appended. */
  ipfsGateways: readonly string[]
  /** What stands in for the hosts of Google Drive. @default undefined, nothing does */
  driveUrl?: string | undefined
}

/** The folder of the embedded Google Drive that files go to. */
const driveFolder = { id: 'vana-load-testbed-folder', name: 'vana-load' }

/** What the storage of a testbed is started with. */
export function storageSettings(
  options: TestbedOptions,
  account: ServiceAccountFile | undefined,
): PartSettings['storage'] {
  const { storage: provider = 'gcs', storageUrls = 'public', bucket = 'vana-load', ports = {} } = options
  const common = { port: ports.storage ?? 0, requestsPerMinute: options.storageRateLimit }
  switch (provider) {
    case 'gcs':
      return {
        ...{ provider, port: common.port, bucket, public: storageUrls === 'public' },
        serviceAccounts: account ? [account.public] : [],
        accessTokens: options.storageAuth === 'token' ? [developmentStorageToken] : undefined,
      }
    case 'pinata':
      return { provider, ...common, jwt: developmentStorageSecrets.pinataJwt }
    case 'google-drive':
      return { provider, ...common, folder: driveFolder, refreshGrant: developmentGrant }
  }
}

const developmentGrant = {
  clientId: developmentStorageSecrets.googleDriveClientId,
  clientSecret: developmentStorageSecrets.googleDriveClientSecret,
  refreshToken: developmentStorageSecrets.googleDriveRefreshToken,
}

/** What a target document says of it. */
export function storageTarget(
  options: TestbedOptions,
  account: ServiceAccountFile | undefined,
  apiEndpoint: string,
): StorageTarget {
  const { storage: provider = 'gcs', storageUrls: urls = 'public', bucket = 'vana-load' } = options
  switch (provider) {
    case 'gcs':
      return { provider, apiEndpoint, bucket, urls, ...(account && { keyFile: account.path }) }
    case 'pinata':
      return { provider, apiEndpoint, gatewayUrl: apiEndpoint }
    case 'google-drive':
      return { provider, apiEndpoint, folderId: driveFolder.id }
  }
}

/** How the personal server reads from it, or from what is there in its place. */
export function storageReaders(options: TestbedOptions, url: string | undefined): StorageReaders {
  const { storage: provider = 'gcs', surroundings = {} } = options
  const { ipfsGateways = [], driveUrl } = surroundings
  return {
    ipfsGateways: (url !== undefined && provider === 'pinata' ? [url] : ipfsGateways).map(withIpfsPath),
    driveUrl: url !== undefined && provider === 'google-drive' ? url : driveUrl,
  }
}

const withIpfsPath = (url: string): string => `${url.replace(/\/+(ipfs\/*)?$/, '')}/ipfs/`
