import type { IncomingHttpHeaders } from 'node:http'
import type { StoredBody } from '../emulator/stored-body.ts'
import { announcedChecksums, checkChecksums } from './checksums.ts'
import type { Emulator } from './emulator.ts'
import type { ObjectRecord } from './object-record.ts'
import type { UploadDraft } from './upload-draft.ts'

/**
 * Makes a received body an object, provided that its checksums and preconditions hold.
 *
 * @param headers of the request that ended the upload
 * @throws 400, 404, 412; the body is freed then
 */
export function storeUpload(
  { store, counters }: Emulator,
  headers: IncomingHttpHeaders,
  { body, announced, ...draft }: UploadDraft & { body: StoredBody },
): ObjectRecord {
  try {
    checkChecksums(body, announced)
    checkChecksums(body, announcedChecksums(headers))
  } catch (error) {
    body.release()
    throw error
  }
  const record = store.put(draft, body)
  counters.uploads++
  return record
}
