import { createHash } from 'node:crypto'
import type { StorageFile } from '@opendatalabs/vana-sdk'
import { z } from 'zod'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { DriveRequests } from './google-drive-requests.ts'
import { driveFileUrl } from './google-drive-url.ts'
import type { NewObject } from './object-storage.ts'
import { parseAnswer } from './parse-answer.ts'
import type { StorageCall } from './provider-options.ts'
import type { StorageAnswer } from './storage-request.ts'
import { uploadBody, uploadContentType } from './upload-body.ts'

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
/** Without it, Drive ignores shared drives. */
const withSharedDrives = 'supportsAllDrives=true'

/**
 * The operations of Drive on one folder. All throw LoadTestError `STORAGE_*`, or the signal's reason.
 *
 * @see https://developers.google.com/workspace/drive/api/reference/rest/v3
 */
export class GoogleDriveApi {
  readonly #drive: DriveRequests
  readonly #folderId: string | undefined

  /** @param folderId undefined for the account's root folder */
  constructor(drive: DriveRequests, folderId: string | undefined) {
    this.#drive = drive
    this.#folderId = folderId
  }

  /** Uploads a file, compares the stored checksum with the bytes, and returns the id. */
  async upload({ name, contentType, bytes }: NewObject, call: StorageCall): Promise<string> {
    const action = `upload "${name}" to Google Drive`
    const parents = this.#folderId === undefined ? undefined : [this.#folderId]
    const { body } = await this.#drive.ask({
      method: 'POST',
      path: `/upload/drive/v3/files?uploadType=multipart&${withSharedDrives}&fields=id,md5Checksum`,
      headers: { 'content-type': uploadContentType },
      body: uploadBody({ name, parents }, contentType, bytes),
      action,
      ...call,
    })
    const { id, md5Checksum } = parseAnswer(uploadedSchema, body, action)
    const sent = createHash('md5').update(bytes).digest('hex')
    if (md5Checksum === undefined || md5Checksum === sent) return id
    const message = `Cannot ${action}: Drive stored other bytes than were sent.`
    throw new LoadTestError('STORAGE_FAILED', message, { details: { sent, stored: md5Checksum } })
  }

  /** Lets anyone read a file. */
  async share(id: string, name: string, call: StorageCall): Promise<void> {
    const action = `let anyone read "${name}" on Google Drive`
    const { body } = await this.#drive.ask({
      method: 'POST',
      path: `/drive/v3/files/${id}/permissions?${withSharedDrives}`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ role: 'reader', type: 'anyone' }),
      action,
      ...call,
    })
    parseAnswer(permissionSchema, body, action)
  }

  async read(id: string, action: string, call: StorageCall): Promise<StorageAnswer> {
    const path = `/drive/v3/files/${id}?alt=media&${withSharedDrives}`
    return await this.#drive.ask({ method: 'GET', path, action, ...call })
  }

  async remove(id: string, action: string, call: StorageCall): Promise<void> {
    const path = `/drive/v3/files/${id}?${withSharedDrives}`
    await this.#drive.ask({ method: 'DELETE', path, action, ...call })
  }

  /** Lists the folder by name, page by page. */
  async *pages(call: StorageCall): AsyncGenerator<StorageFile[]> {
    const folder = this.#folderId?.replace(/['\\]/g, '\\$&')
    const within = folder === undefined ? '' : ` and '${folder}' in parents`
    const query = new URLSearchParams({
      q: `trashed = false and mimeType != '${folderType}'${within}`,
      fields: 'nextPageToken,files(id,name,size,mimeType,createdTime)',
      orderBy: 'name',
      pageSize: String(pageLimit),
      supportsAllDrives: 'true',
      includeItemsFromAllDrives: 'true',
    })
    const action = 'list files on Google Drive'
    for (let more = true; more; ) {
      const path = `/drive/v3/files?${query}`
      const { body } = await this.#drive.ask({ method: 'GET', path, action, ...call })
      const { files, nextPageToken } = parseAnswer(listSchema, body, action)
      yield files.map(toFile)
      more = nextPageToken !== undefined
      query.set('pageToken', nextPageToken ?? '')
    }
  }

  /** Returns the capabilities in the folder that the account lacks. */
  async missingInFolder(call: StorageCall): Promise<string[]> {
    if (this.#folderId === undefined) {
      const action = 'look at Google Drive'
      await this.#drive.ask({ method: 'GET', path: '/drive/v3/about?fields=kind', action, ...call })
      return []
    }
    const action = `look at folder ${this.#folderId} of Google Drive`
    const path = `/drive/v3/files/${encodeURIComponent(this.#folderId)}?${withSharedDrives}&fields=mimeType,capabilities`
    const { body } = await this.#drive.ask({ method: 'GET', path, action, ...call })
    const { mimeType, capabilities } = parseAnswer(folderSchema, body, action)
    if (mimeType !== folderType)
      throw new LoadTestError('STORAGE_REFUSED', `Cannot ${action}: it is not a folder.`)
    return neededInFolder.filter((name) => capabilities[name] !== true)
  }
}

function toFile(file: z.output<typeof listSchema>['files'][number]): StorageFile {
  const { id, name, size, mimeType: contentType, createdTime: createdAt } = file
  return { id, name, url: driveFileUrl(id), size, contentType, createdAt, metadata: { id } }
}
