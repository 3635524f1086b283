import type { KeyObject } from 'node:crypto'
import type { EmulatorBase } from '../emulator/start-emulator.ts'
import type { ObjectStore } from './object-store.ts'
import type { ResumableUploads } from './resumable-uploads.ts'

/** What the handlers of one Google Cloud Storage emulator share. */
export type Emulator = EmulatorBase & {
  readonly store: ObjectStore
  readonly uploads: ResumableUploads
  /** The accepted access tokens. Without a list, the JSON API needs no token, and object URLs accept any. */
  readonly accessTokens: ReadonlySet<string> | undefined
  /** Public keys of service accounts by e-mail address, for signed URLs. */
  readonly accounts: ReadonlyMap<string, KeyObject>
  /** The largest object accepted, in bytes. */
  readonly maxObjectBytes: number
}

/** Where an object is; for operations on a bucket, `object` is empty. */
export type ObjectPath = { bucket: string; object: string }
