import type { StoredBody } from '../emulator/stored-body.ts'

/** The metadata that the owner of an object sets. */
export type ObjectSettings = {
  contentType?: string | undefined
  contentEncoding?: string | undefined
  contentDisposition?: string | undefined
  contentLanguage?: string | undefined
  cacheControl?: string | undefined
  /** Custom metadata. */
  metadata?: Readonly<Record<string, string>> | undefined
}

/** An object. */
export type ObjectRecord = {
  readonly bucket: string
  readonly name: string
  /** Microseconds since 1970, unique in the emulator. */
  readonly generation: number
  readonly body: StoredBody
  readonly timeCreated: Date
  settings: ObjectSettings
  metageneration: number
  updated: Date
}
