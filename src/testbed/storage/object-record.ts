import type { AccessList } from './access-list.ts'
import type { StoredBody } from './stored-body.ts'

/** The parts of an object's metadata that its owner sets. */
export type ObjectSettings = {
  contentType?: string
  contentEncoding?: string
  contentDisposition?: string
  contentLanguage?: string
  cacheControl?: string
  /** An RFC 3339 time. */
  customTime?: string
  storageClass?: string
  metadata?: Record<string, string>
}

/** One generation of an object. */
export type ObjectRecord = ObjectSettings & {
  readonly bucket: string
  readonly name: string
  /** Microseconds since 1970, unique in the emulator. */
  readonly generation: number
  metageneration: number
  readonly body: StoredBody
  readonly timeCreated: Date
  updated: Date
  /** Set when a versioned bucket keeps this generation though it is not the live one any more. */
  timeDeleted?: Date
  /** Number of parts, when made by compose; such objects have no MD5. */
  componentCount?: number
  /** Who may do what with it; nothing stands for what new objects of the project usually get. */
  acl?: AccessList
}
