import { developmentStorageSecrets, developmentStorageToken } from '../config/storage-secrets.ts'
import type { StorageTarget } from '../config/storage-target.ts'
import type { StorageReaders, StorageSettings } from './part-settings.ts'
import type { ServiceAccountFile } from './service-account-file.ts'
import type { TestbedOptions } from './testbed-options.ts'

/** Folder for files in the embedded Google Drive. */
const driveFolder = { id: 'vana-load-testbed-folder', name: 'vana-load' }

/** Returns the settings of a testbed's storage. */
export function storageSettings(
  options: TestbedOptions,
  account: ServiceAccountFile | undefined,
): StorageSettings {
  const { storage: provider, storageUrls, bucket = 'vana-load', ports = {} } = options
  const common = { port: ports.storage ?? 0, requestsPerMinute: options.storageRateLimit }
  switch (provider) {
    case 'gcs':
      return {
        provider,
        port: common.port,
        bucket,
        public: storageUrls === 'public',
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

/** Describes it for a target document. */
export function storageTarget(
  options: TestbedOptions,
  account: ServiceAccountFile | undefined,
  apiEndpoint: string,
): StorageTarget {
  const { storage: provider, storageUrls: urls, bucket = 'vana-load' } = options
  switch (provider) {
    case 'gcs':
      return { provider, apiEndpoint, bucket, urls, keyFile: account?.path }
    case 'pinata':
      return { provider, apiEndpoint, gatewayUrl: apiEndpoint }
    case 'google-drive':
      return { provider, apiEndpoint, folderId: driveFolder.id }
  }
}

/** Returns the servers that the personal server reads it from, or their replacements in the surroundings. */
export function storageReaders(options: TestbedOptions, url: string | undefined): StorageReaders {
  const { storage: provider, surroundings = {} } = options
  const { ipfsGateways = [], driveUrl } = surroundings
  return {
    ipfsGateways: (url !== undefined && provider === 'pinata' ? [url] : ipfsGateways).map(withIpfsPath),
    driveUrl: url !== undefined && provider === 'google-drive' ? url : driveUrl,
  }
}

const withIpfsPath = (url: string): string => `${url.replace(/\/+(ipfs\/*)?$/, '')}/ipfs/`
