import { randomBytes } from 'node:crypto'
import type { StoredBody } from '../emulator/stored-body.ts'
import { fileNotFound } from './drive-errors.ts'

/** The MIME type of a folder. */
export const folderType = 'application/vnd.google-apps.folder'

/** A file or a folder. */
export type DriveFile = {
  readonly id: string
  readonly name: string
  readonly mimeType: string
  readonly parents: readonly string[]
  readonly createdAt: Date
  /** Absent for a folder. */
  readonly body: StoredBody | undefined
  /** Whether anyone may read it. */
  isShared: boolean
}

/** What a file is created from. */
export type FileDraft = Pick<DriveFile, 'name' | 'mimeType'> & {
  id?: string | undefined
  parents?: readonly string[] | undefined
  body?: StoredBody | undefined
}

/** The files of one account. */
export class DriveFiles {
  readonly #files = new Map<string, DriveFile>()
  readonly #root: DriveFile
  readonly #now: () => Date

  constructor(now: () => Date) {
    this.#now = now
    this.#root = {
      id: newId(),
      name: 'My Drive',
      mimeType: folderType,
      parents: [],
      createdAt: now(),
      body: undefined,
      isShared: false,
    }
  }

  /** The number of files and folders, without the root folder. */
  get size(): number {
    return this.#files.size
  }

  /** Creates a file or a folder. Throws 404 when its parent does not exist. */
  create({ id = newId(), name, mimeType, parents: given = ['root'], body }: FileDraft): DriveFile {
    const parents = given.map((parent) => this.get(parent).id)
    const file = { id, name, mimeType, parents, createdAt: this.#now(), body, isShared: false }
    this.#files.set(id, file)
    return file
  }

  /** Returns a file; `root` names the root folder. */
  find(id: string): DriveFile | undefined {
    return id === 'root' || id === this.#root.id ? this.#root : this.#files.get(id)
  }

  /** @throws 404 */
  get(id: string): DriveFile {
    const file = this.find(id)
    if (file === undefined) throw fileNotFound(id)
    return file
  }

  /** Deletes a file, or a folder and everything in it. @throws 404 */
  remove(id: string): void {
    const file = this.get(id)
    if (!this.#files.delete(file.id)) throw fileNotFound(id)
    file.body?.release()
    for (const child of this.latestFirst()) if (child.parents.includes(file.id)) this.remove(child.id)
  }

  /** Returns everything but the root folder, the latest first. */
  latestFirst(): DriveFile[] {
    return [...this.#files.values()].reverse()
  }
}

/** Drive's ids are 33 characters that begin with 1. */
const newId = (): string => `1${randomBytes(24).toString('base64url')}`
