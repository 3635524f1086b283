import { randomBytes } from 'node:crypto'
import type { StoredBody } from '../storage/stored-body.ts'
import { fileNotFound } from './drive-error.ts'

/** The type by which Drive knows a folder. */
export const folderType = 'application/vnd.google-apps.folder'

/** A file or a folder. */
export type DriveFile = {
  id: string
  name: string
  mimeType: string
  parents: readonly string[]
  createdAt: Date
  permissions: DrivePermission[]
  /** Absent for a folder. */
  body: StoredBody | undefined
}

/** Who may do what with a file. */
export type DrivePermission = { id: string; type: 'anyone' | 'user' | 'group' | 'domain'; role: string }

/** What is there to make a file from. */
export type FileDraft = Pick<DriveFile, 'name' | 'mimeType'> & {
  id?: string | undefined
  parents?: readonly string[] | undefined
  body?: StoredBody | undefined
}

/** The files of one account. */
export type DriveFiles = {
  readonly size: number
  /** Makes a file or a folder. Throws 404 when its parent is not there. */
  create(draft: FileDraft): DriveFile
  /** Throws 404 when there is none. */
  get(id: string): DriveFile
  find(id: string): DriveFile | undefined
  /** Deletes a file, or a folder and all that is in it. Throws 404 when there is none. */
  remove(id: string): void
  /** All but the root folder, the latest first. */
  latestFirst(): DriveFile[]
  /** The id that a request means: `root` is short for that of the root folder. */
  idOf(id: string): string
  /** Whether anyone may read it, by its own permissions or those of a folder that it is in. */
  isPublic(file: DriveFile): boolean
}

/** Makes the files of an account that has none yet but its root folder. */
export function createDriveFiles(now: () => Date): DriveFiles {
  const rootId = newId()
  const files = new Map<string, DriveFile>()
  const idOf = (id: string): string => (id === 'root' ? rootId : id)
  const base = { permissions: [], body: undefined }
  const root: DriveFile = {
    ...{ ...base, id: rootId, name: 'My Drive', mimeType: folderType, parents: [], createdAt: now() },
  }
  const find = (id: string): DriveFile | undefined => (idOf(id) === rootId ? root : files.get(id))

  function get(id: string): DriveFile {
    const file = find(id)
    if (file === undefined) throw fileNotFound(id)
    return file
  }

  function isPublic({ permissions, parents }: DriveFile): boolean {
    if (permissions.some(({ type }) => type === 'anyone')) return true
    return parents.some((id) => {
      const parent = find(id)
      return parent !== undefined && isPublic(parent)
    })
  }

  function remove(id: string): void {
    const file = get(id)
    if (file === root) throw fileNotFound(id)
    files.delete(id)
    file.body?.release()
    if (file.mimeType !== folderType) return
    for (const child of [...files.values()]) if (child.parents.includes(id)) remove(child.id)
  }

  return {
    get size() {
      return files.size
    },
    create({ id = newId(), name, mimeType, parents: given, body }) {
      const parents = (given ?? ['root']).map(idOf)
      for (const parent of parents) get(parent)
      const file: DriveFile = { id, name, mimeType, parents, createdAt: now(), permissions: [], body }
      files.set(id, file)
      return file
    },
    get,
    find,
    remove,
    latestFirst: () => [...files.values()].reverse(),
    idOf,
    isPublic,
  }
}

/** Drive's ids are 33 characters that begin with 1. */
const newId = (): string => `1${randomBytes(24).toString('base64url')}`
