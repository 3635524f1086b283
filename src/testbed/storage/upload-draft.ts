import type { AnnouncedChecksums } from './checksums.ts'
import type { ObjectDraft } from './object-store.ts'

/** An upload as its sender describes it. */
export type UploadDraft = ObjectDraft & {
  /** Checksums in the object resource; those in headers are added when the upload ends. */
  announced: AnnouncedChecksums
}
