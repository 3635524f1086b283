import type { AnnouncedChecksums } from './checksums.ts'
import { requestedAccess } from './object-access.ts'
import { applySettings, parseSettings } from './object-settings.ts'
import type { Bucket, ObjectDraft } from './object-store.ts'
import { invalid, required } from './service-error.ts'

/** What a JSON upload says of the object it makes. */
export type UploadDescription = { name: string; draft: ObjectDraft; announced: AnnouncedChecksums }

/**
 * Reads name, settings and checksums from an upload's query and object resource.
 *
 * @param contentType the type the media came with, where the resource names none
 * @throws 400
 */
export function describeUpload(
  bucket: Bucket,
  query: URLSearchParams,
  resource: Record<string, unknown>,
  contentType: string | undefined,
): UploadDescription {
  const [named, inResource] = [query.get('name'), resource.name ?? null]
  if (named !== null && inResource !== null && named !== inResource) {
    throw invalid(`Value '${String(inResource)}' in content does not agree with value '${named}'.`)
  }
  const name = named ?? inResource
  if (typeof name !== 'string') throw required('Required')
  const draft: ObjectDraft = applySettings({}, parseSettings(resource))
  draft.contentType ??= contentType ?? 'application/octet-stream'
  const encoding = query.get('contentEncoding')
  if (encoding !== null) Object.assign(draft, parseSettings({ contentEncoding: encoding }))
  const acl = requestedAccess(bucket, query.get('predefinedAcl'), resource)
  if (acl !== undefined) draft.acl = acl
  const announced: AnnouncedChecksums = {}
  if (typeof resource.crc32c === 'string') announced.crc32c = resource.crc32c
  if (typeof resource.md5Hash === 'string') announced.md5 = resource.md5Hash
  return { name, draft, announced }
}
