import { createHash } from 'node:crypto'
import type { StorageFile } from '@opendatalabs/vana-sdk'
import { z } from 'zod'
import { LoadTestError } from '../errors/load-test-error.ts'
import { createHttpAgent } from '../http/outbound.ts'
import { type DriveCall, openDrive } from './google-drive-requests.ts'
import { driveFileId, driveFileUrl } from './google-drive-url.ts'
import type { GoogleCredentials } from './google-sign-in.ts'
import { newObject } from './new-object.ts'
import type { NewObject, ObjectStorage, StorageCallOptions } from './object-storage.ts'
import { parseAnswer } from './parse-answer.ts'
import { pickFiles } from './pick-files.ts'
import { uploadBody, uploadContentType } from './upload-body.ts'

/** Whose Drive files go to, and where in it. */
export type GoogleDriveOptions = {
  /** Secret. */
  credentials: GoogleCredentials
  /** Id of the folder that files go to, on a shared drive or in the account's own. @default the account's root folder */
  folderId?: string | undefined
  /** Endpoint of a stand-in for Drive and for Google's sign-in. @default the real ones */
  apiEndpoint?: string | undefined
  /** What the names of all files begin with, e.g. `runs/42/`. @default '' */
  prefix?: string | undefined
  /** Time for one request, in ms; an upload makes two. @default 30000 */
  timeoutMs?: number | undefined
  /** Most connections at a time; calls beyond wait. @default 256 */
  connections?: number | undefined
  /** For calls that bring no signal of their own. */
  signal?: AbortSignal | undefined
}

const pageLimit = 1000
const fileId = z.string().regex(/^[\w-]+$/)
const uploadedSchema = z.object({ id: fileId, md5Checksum: z.string().optional() })
const permissionSchema = z.object({ type: z.literal('anyone') })
const listSchema = z.object({
  nextPageToken: z.string().optional(),
  files: z.array(
    z.object({
      id: fileId,
      name: z.string(),
      size: z.coerce.number().default(0),
      mimeType: z.string(),
      createdTime: z.coerce.date(),
    }),
  ),
})
const folderSchema = z.object({
  mimeType: z.string(),
  capabilities: z.record(z.string(), z.unknown()).default({}),
})
const folderType = 'application/vnd.google-apps.folder'
const neededInFolder = ['canAddChildren', 'canListChildren']
/** Without these, Drive acts as if shared drives were not there. */
const withSharedDrives = 'supportsAllDrives=true'

/**
 * Creates storage on Google Drive, as the SDK's `GoogleDriveStorage` speaks it: a multipart upload, then the permission that
 * lets anyone read the file under `https://drive.google.com/uc?id=...&export=download`.
 *
 * Unlike the SDK's, an upload fails when that permission does: a personal server could not read the file.
 *
 * @throws LoadTestError CONFIG_INVALID
 * @see https://developers.google.com/workspace/drive/api/reference/rest/v3
 *
 * @example
 * const storage = createGoogleDrive({ credentials: { refreshToken, clientId, clientSecret }, folderId })
 * const { url } = await storage.upload(bytes, { name: 'a.bin', signal })
 */
export function createGoogleDrive(options: GoogleDriveOptions): ObjectStorage {
  const { credentials, folderId, apiEndpoint, prefix = '' } = options
  const { timeoutMs: defaultTimeoutMs = 30_000, connections = 256 } = options
  const dispatcher = createHttpAgent({ connections, pipelining: 1 })
  const drive = openDrive(dispatcher, { credentials, apiEndpoint, timeoutMs: defaultTimeoutMs })

  const settle = ({
    signal = options.signal,
    timeoutMs = defaultTimeoutMs,
  }: StorageCallOptions): DriveCall => ({
    signal,
    timeoutMs,
  })

  async function put({ name, contentType, bytes }: NewObject, call: DriveCall): Promise<string> {
    const action = `upload "${name}" to Google Drive`
    const resource = { name, ...(folderId !== undefined && { parents: [folderId] }) }
    const { body } = await drive.ask({
      method: 'POST',
      path: `/upload/drive/v3/files?uploadType=multipart&${withSharedDrives}&fields=id,md5Checksum`,
      headers: { 'content-type': uploadContentType },
      body: uploadBody(resource, contentType, bytes),
      action,
      ...call,
    })
    const { id, md5Checksum } = parseAnswer(uploadedSchema, body, action)
    const sent = createHash('md5').update(bytes).digest('hex')
    if (md5Checksum === undefined || md5Checksum === sent) return id
    throw new LoadTestError('STORAGE_FAILED', `Cannot ${action}: Drive has other bytes than were sent.`, {
      details: { sent, stored: md5Checksum },
    })
  }

  async function share(id: string, name: string, call: DriveCall): Promise<void> {
    const action = `let anyone read "${name}" on Google Drive`
    const { body } = await drive.ask({
      method: 'POST',
      path: `/drive/v3/files/${id}/permissions?${withSharedDrives}`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ role: 'reader', type: 'anyone' }),
      action,
      ...call,
    })
    parseAnswer(permissionSchema, body, action)
  }

  const remove = (id: string, action: string, call: DriveCall) =>
    drive.ask({ method: 'DELETE', path: `/drive/v3/files/${id}?${withSharedDrives}`, action, ...call })

  async function* pages(call: DriveCall): AsyncGenerator<StorageFile[]> {
    const within = folderId === undefined ? '' : ` and '${folderId.replace(/['\\]/g, '\\$&')}' in parents`
    let pageToken: string | undefined
    do {
      const query = new URLSearchParams({
        q: `trashed = false and mimeType != '${folderType}'${within}`,
        fields: 'nextPageToken,files(id,name,size,mimeType,createdTime)',
        orderBy: 'name',
        pageSize: String(pageLimit),
        supportsAllDrives: 'true',
        includeItemsFromAllDrives: 'true',
        ...(pageToken !== undefined && { pageToken }),
      })
      const action = 'list files on Google Drive'
      const { body } = await drive.ask({ method: 'GET', path: `/drive/v3/files?${query}`, action, ...call })
      const list = parseAnswer(listSchema, body, action)
      yield list.files.map(toFile)
      pageToken = list.nextPageToken
    } while (pageToken !== undefined)
  }

  return {
    async upload(content, uploadOptions = {}) {
      const { object, call: given } = await newObject(prefix, content, uploadOptions)
      const call = settle(given)
      const id = await put(object, call)
      const { name, contentType, bytes } = object
      try {
        await share(id, name, call)
      } catch (error) {
        // Nobody would ever find it again; whether this works changes nothing of the failure.
        if (!call.signal?.aborted) await remove(id, `delete "${name}"`, call).catch(() => undefined)
        throw error
      }
      return { url: driveFileUrl(id), size: bytes.length, contentType, metadata: { id, name } }
    },

    async download(url, callOptions = {}) {
      const action = `read ${url} on Google Drive`
      const { headers, body } = await drive.ask({
        method: 'GET',
        path: `/drive/v3/files/${idOf(url, action)}?alt=media&${withSharedDrives}`,
        action,
        ...settle(callOptions),
      })
      const type = headers['content-type']
      return new Blob([new Uint8Array(body)], typeof type === 'string' ? { type } : {})
    },

    list: (listOptions = {}) => pickFiles(pages(settle(listOptions)), prefix, listOptions),

    async delete(url, callOptions = {}) {
      const action = `delete ${url} on Google Drive`
      try {
        await remove(idOf(url, action), action, settle(callOptions))
        return true
      } catch (error) {
        if (error instanceof LoadTestError && error.details.status === 404) return false
        throw error
      }
    },

    async missingPermissions(callOptions = {}) {
      const action =
        folderId === undefined ? 'look at Google Drive' : `look at folder ${folderId} of Google Drive`
      const path =
        folderId === undefined
          ? '/drive/v3/about?fields=kind'
          : `/drive/v3/files/${encodeURIComponent(folderId)}?${withSharedDrives}&fields=mimeType,capabilities`
      const { body } = await drive.ask({ method: 'GET', path, action, ...settle(callOptions) })
      if (folderId === undefined) return []
      const { mimeType, capabilities } = parseAnswer(folderSchema, body, action)
      if (mimeType !== folderType)
        throw new LoadTestError('STORAGE_REFUSED', `Cannot ${action}: it is no folder.`)
      return neededInFolder.filter((name) => capabilities[name] !== true)
    },

    getConfig: () => ({
      name: 'Google Drive',
      type: 'google-drive',
      requiresAuth: true,
      features: { upload: true, download: true, list: true, delete: true },
    }),

    async close() {
      drive.close()
      await dispatcher.destroy()
    },
  }
}

function idOf(url: string, action: string): string {
  const id = driveFileId(url)
  if (id !== undefined) return id
  throw new LoadTestError('STORAGE_REFUSED', `Cannot ${action}: it is no file of Google Drive.`)
}

function toFile(file: z.output<typeof listSchema>['files'][number]): StorageFile {
  const { id, name, size, mimeType: contentType, createdTime: createdAt } = file
  return { id, name, url: driveFileUrl(id), size, contentType, createdAt, metadata: { id } }
}
