import { type AnnouncedChecksums, announcedChecksums, checkChecksums } from './checksums.ts'
import type { Emulator, Exchange } from './exchange.ts'
import type { ObjectRecord } from './object-record.ts'
import type { ObjectDraft } from './object-store.ts'
import type { Preconditions } from './preconditions.ts'
import type { StoredBody } from './stored-body.ts'

type Upload = {
  bucket: string
  name: string
  draft: ObjectDraft
  preconditions: Preconditions
  /** Checksums from the object's description; those in the request's headers are looked up here. */
  announced: AnnouncedChecksums
  body: StoredBody
}

/** Makes an uploaded body an object, if its checksums and preconditions hold; otherwise frees it and throws 400 or 412. */
export function storeBody(emulator: Emulator, exchange: Exchange, upload: Upload): ObjectRecord {
  const { bucket, name, draft, preconditions, announced, body } = upload
  try {
    checkChecksums(body, announced)
    checkChecksums(body, announcedChecksums(exchange.request.headers))
  } catch (error) {
    body.release()
    throw error
  }
  const record = emulator.store.put(bucket, name, draft, body, preconditions)
  emulator.counters.uploads++
  return record
}
