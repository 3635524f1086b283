import { isLoopback } from './loopback.ts'
import type { Problem } from './problem.ts'
import type { StorageProviderName } from './storage-provider.ts'
import type { Target } from './target.ts'

/** What opens the storage of a target, from the environment alone; all of it secret. */
export type StorageSecrets = {
  serviceAccountJson: string | undefined
  pinataJwt: string | undefined
  googleDriveAccessToken: string | undefined
  googleDriveRefreshToken: string | undefined
  googleDriveClientId: string | undefined
  googleDriveClientSecret: string | undefined
}

/** What opens a storage that asks for nothing. */
export const noStorageSecrets: StorageSecrets = {
  serviceAccountJson: undefined,
  pinataJwt: undefined,
  googleDriveAccessToken: undefined,
  googleDriveRefreshToken: undefined,
  googleDriveClientId: undefined,
  googleDriveClientSecret: undefined,
}

/** What the emulators of the embedded stack take; everyone knows them, and no service does. */
export const developmentStorageSecrets = {
  ...noStorageSecrets,
  pinataJwt: 'vana-load-testbed',
  googleDriveRefreshToken: 'vana-load-testbed-refresh',
  googleDriveClientId: 'vana-load-testbed',
  googleDriveClientSecret: 'vana-load-testbed-client',
} as const satisfies StorageSecrets

/** The access token that an embedded Google Cloud Storage takes; as public as the others. */
export const developmentStorageToken = 'vana-load-testbed'

/** Whether a storage is one of the embedded stack: only that is shown what everyone knows. */
export function isEmbeddedStorage({ storage, embedded }: Pick<Target, 'storage' | 'embedded'>): boolean {
  const { apiEndpoint } = storage
  return embedded.includes('storage') && apiEndpoint !== undefined && isLoopback(apiEndpoint)
}

/**
 * Chooses what opens a target's storage: an embedded one takes what everyone knows, and is never shown anything else.
 *
 * @param given what the environment has
 */
export function storageSecretsFor(
  target: Pick<Target, 'storage' | 'embedded'>,
  given: StorageSecrets,
): StorageSecrets {
  // Google Cloud Storage is never shown credentials at an endpoint of one's own, and signs URLs with what is given.
  if (target.storage.provider === 'gcs') return given
  return isEmbeddedStorage(target) ? developmentStorageSecrets : given
}

const variables = {
  jwt: 'VANA_LOAD_PINATA_JWT',
  access: 'VANA_LOAD_GOOGLE_DRIVE_ACCESS_TOKEN',
  refresh: 'VANA_LOAD_GOOGLE_DRIVE_REFRESH_TOKEN',
  clientId: 'VANA_LOAD_GOOGLE_DRIVE_CLIENT_ID',
  clientSecret: 'VANA_LOAD_GOOGLE_DRIVE_CLIENT_SECRET',
  account: 'VANA_LOAD_SERVICE_ACCOUNT_JSON',
} as const

/** Whether the secrets of a storage were looked for at all. */
export function hasStorageSecrets(secrets: Partial<StorageSecrets>): secrets is StorageSecrets {
  return 'pinataJwt' in secrets
}

/** Finds what a provider can't do without and is not there. */
export function missingStorageSecrets(
  storage: { provider: StorageProviderName; keyFile?: string | undefined },
  given: StorageSecrets,
): Problem[] {
  if (storage.provider === 'gcs') return []
  if (storage.provider === 'pinata') {
    const found = `Pinata requires an account: set ${variables.jwt} in the environment`
    return given.pinataJwt === undefined ? [{ key: 'storage', found }] : []
  }
  const { googleDriveAccessToken, googleDriveRefreshToken, googleDriveClientId, googleDriveClientSecret } =
    given
  if (googleDriveRefreshToken !== undefined) {
    const lacking = (value: string | undefined, variable: string): Problem[] => {
      const found = `a refresh token requires its OAuth client: set ${variable} in the environment`
      return value === undefined ? [{ key: 'storage', found }] : []
    }
    return [
      ...lacking(googleDriveClientId, variables.clientId),
      ...lacking(googleDriveClientSecret, variables.clientSecret),
    ]
  }
  const isOpen =
    googleDriveAccessToken !== undefined ||
    given.serviceAccountJson !== undefined ||
    storage.keyFile !== undefined
  const found =
    `Google Drive requires an account: set ${variables.refresh} with ${variables.clientId} and ${variables.clientSecret}, ` +
    `or ${variables.account} or a key file, or ${variables.access} for an hour`
  return isOpen ? [] : [{ key: 'storage', found }]
}
