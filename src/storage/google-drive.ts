import { LoadTestError } from '../errors/load-test-error.ts'
import { GoogleDriveApi } from './google-drive-api.ts'
import { openDrive } from './google-drive-requests.ts'
import { driveFileId, driveFileUrl } from './google-drive-url.ts'
import type { GoogleCredentials } from './google-sign-in.ts'
import { newObject } from './new-object.ts'
import type { ObjectStorage } from './object-storage.ts'
import { pickFiles } from './pick-files.ts'
import { blobOf, deleted, features, openConnection, type ProviderOptions } from './provider-options.ts'

/** Which account and folder of Google Drive files go to. An `apiEndpoint` also stands in for Google's sign-in. */
export type GoogleDriveOptions = ProviderOptions & {
  /** Secret. */
  credentials: GoogleCredentials
  /** Id of the folder for files, on a shared drive or in the account's own. @default the account's root folder */
  folderId?: string | undefined
}

/**
 * Creates storage on Google Drive with the requests of the SDK's `GoogleDriveStorage`: a multipart upload, then the
 * permission that lets anyone read the file under `https://drive.google.com/uc?id=...&export=download`.
 *
 * Unlike the SDK's, an upload fails when that permission is refused: a personal server could not read the file.
 *
 * @throws LoadTestError CONFIG_INVALID
 *
 * @example
 * const storage = createGoogleDrive({ credentials: { refreshToken, clientId, clientSecret }, folderId })
 * const { url } = await storage.upload(bytes, { name: 'a.bin', signal })
 */
export function createGoogleDrive(options: GoogleDriveOptions): ObjectStorage {
  const { credentials, folderId, apiEndpoint } = options
  const { dispatcher, prefix, timeoutMs, callOf } = openConnection(options)
  const requests = openDrive(dispatcher, { credentials, apiEndpoint, timeoutMs })
  const drive = new GoogleDriveApi(requests, folderId)

  return {
    async upload(content, uploadOptions = {}) {
      const { object, call: given } = await newObject(prefix, content, uploadOptions)
      const { name, contentType, bytes } = object
      const call = callOf(given)
      const id = await drive.upload(object, call)
      try {
        await drive.share(id, name, call)
      } catch (error) {
        // Nothing would refer to the file. The upload has failed whether or not its deletion succeeds.
        if (!call.signal?.aborted) await drive.remove(id, `delete "${name}"`, call).catch(() => undefined)
        throw error
      }
      return { url: driveFileUrl(id), size: bytes.length, contentType, metadata: { id, name } }
    },

    async download(url, options = {}) {
      const action = `read ${url} on Google Drive`
      return blobOf(await drive.read(idOf(url, action), action, callOf(options)))
    },

    list: (options = {}) => pickFiles(drive.pages(callOf(options)), prefix, options),

    async delete(url, options = {}) {
      const action = `delete ${url} on Google Drive`
      return await deleted(drive.remove(idOf(url, action), action, callOf(options)))
    },

    missingPermissions: (options = {}) => drive.missingInFolder(callOf(options)),

    getConfig: () => ({ name: 'Google Drive', type: 'google-drive', requiresAuth: true, features }),

    async close() {
      requests.close()
      await dispatcher.destroy()
    },
  }
}

function idOf(url: string, action: string): string {
  const id = driveFileId(url)
  if (id !== undefined) return id
  throw new LoadTestError('STORAGE_REFUSED', `Cannot ${action}: it is not a file of Google Drive.`)
}
