import {
  developmentStorageToken,
  isEmbeddedStorage,
  type StorageSecrets,
  storageSecretsFor,
} from '../config/storage-secrets.ts'
import type { Target } from '../config/target.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { createGoogleCloudStorage } from '../storage/google-cloud-storage.ts'
import { createGoogleDrive } from '../storage/google-drive.ts'
import type { GoogleCredentials } from '../storage/google-sign-in.ts'
import type { ObjectStorage } from '../storage/object-storage.ts'
import { createPinata } from '../storage/pinata.ts'
import { parseServiceAccount, readServiceAccount, type ServiceAccount } from '../storage/service-account.ts'

/**
 * Opens the storage of a target, for any provider, without any request yet.
 *
 * @param given credentials from the environment; an embedded storage uses well-known ones instead
 * @throws LoadTestError CONFIG_INVALID
 * @example const storage = openStorage(target, config.secrets, { timeoutMs: 30_000 })
 */
export function openStorage(
  target: Pick<Target, 'storage' | 'embedded'>,
  given: StorageSecrets,
  options: { timeoutMs: number },
): ObjectStorage {
  const { storage } = target
  const secrets = storageSecretsFor(target, given)
  const common = { ...options, apiEndpoint: storage.apiEndpoint }
  switch (storage.provider) {
    case 'gcs': {
      const credentials = serviceAccountOf(storage, secrets)
      return createGoogleCloudStorage({
        ...common,
        bucket: storage.bucket,
        urlKind: storage.urls,
        accessToken: isEmbeddedStorage(target) ? developmentStorageToken : undefined,
        credentials,
      })
    }
    case 'pinata': {
      const jwt = needed(secrets.pinataJwt, 'Pinata needs a JWT: set VANA_LOAD_PINATA_JWT.')
      return createPinata({ ...common, jwt, gatewayUrl: storage.gatewayUrl })
    }
    case 'google-drive': {
      const credentials = driveCredentials(storage, secrets)
      return createGoogleDrive({ ...common, credentials, folderId: storage.folderId })
    }
  }
}

/** Picks the credentials: a refresh token before an access token, and a user's before those of a service account. */
function driveCredentials(
  storage: { keyFile?: string | undefined },
  secrets: StorageSecrets,
): GoogleCredentials {
  const { googleDriveRefreshToken: refreshToken, googleDriveAccessToken: accessToken } = secrets
  if (refreshToken !== undefined) {
    const lacking = 'A refresh token for Google Drive needs the id and the secret of its client.'
    return {
      refreshToken,
      clientId: needed(secrets.googleDriveClientId, lacking),
      clientSecret: needed(secrets.googleDriveClientSecret, lacking),
    }
  }
  const serviceAccount = serviceAccountOf(storage, secrets)
  if (serviceAccount !== undefined) return { serviceAccount }
  return { accessToken: needed(accessToken, 'Google Drive needs an account: see docs/targets.md.') }
}

function serviceAccountOf(
  { keyFile }: { keyFile?: string | undefined },
  { serviceAccountJson }: StorageSecrets,
): ServiceAccount | undefined {
  if (serviceAccountJson !== undefined)
    return parseServiceAccount({ text: serviceAccountJson }, 'VANA_LOAD_SERVICE_ACCOUNT_JSON')
  return keyFile === undefined ? undefined : readServiceAccount(keyFile)
}

function needed(value: string | undefined, lacking: string): string {
  if (value !== undefined) return value
  throw new LoadTestError('CONFIG_INVALID', lacking)
}
