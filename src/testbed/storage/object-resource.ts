import { crc32cBase64 } from '../../crypto/crc32c.ts'
import { accessEntries } from './access-entries.ts'
import { type AccessList, ownerEntity, usualAccess } from './access-list.ts'
import type { ObjectRecord } from './object-record.ts'
import { settingsOf } from './object-settings.ts'
import { opaqueTag } from './opaque-tag.ts'

/**
 * The JSON form of an object; 64-bit numbers are strings, as in the JSON API.
 *
 * @param projection `full` tells who may do what with it, too, and `owner` only whose it is
 */
export function objectResource(
  record: ObjectRecord,
  origin: string,
  projection: 'full' | 'owner' | 'noAcl' = 'noAcl',
): Record<string, unknown> {
  const { bucket, name, generation, body } = record
  const path = `storage/v1/b/${bucket}/o/${encodeURIComponent(name)}`
  return {
    kind: 'storage#object',
    id: `${bucket}/${name}/${generation}`,
    selfLink: `${origin}/${path}`,
    mediaLink: `${origin}/download/${path}?generation=${generation}&alt=media`,
    name,
    bucket,
    generation: String(generation),
    metageneration: String(record.metageneration),
    storageClass: 'STANDARD',
    ...settingsOf(record),
    size: String(body.size),
    ...(record.componentCount === undefined && { md5Hash: body.md5 }),
    crc32c: crc32cBase64(body.crc32c),
    etag: objectEtag(record),
    timeCreated: record.timeCreated.toISOString(),
    updated: record.updated.toISOString(),
    timeStorageClassUpdated: record.timeCreated.toISOString(),
    timeFinalized: record.timeCreated.toISOString(),
    ...(record.timeDeleted !== undefined && { timeDeleted: record.timeDeleted.toISOString() }),
    ...(record.componentCount !== undefined && { componentCount: record.componentCount }),
    ...(projection !== 'noAcl' && { owner: { entity: ownerEntity } }),
    ...(projection === 'full' && { acl: objectAccessEntries(record, origin) }),
  }
}

/** Who may do what with an object. */
export function objectAccess({ acl }: ObjectRecord): AccessList {
  return acl ?? new Map([[ownerEntity, 'OWNER'], ...usualAccess()])
}

/** The JSON form of an object's access list. */
export function objectAccessEntries(record: ObjectRecord, origin: string): Record<string, unknown>[] {
  return accessEntries(objectAccessOwner(record, origin), objectAccess(record))
}

/** Whose an object's access list is. */
export function objectAccessOwner(record: ObjectRecord, origin: string) {
  const kind = 'storage#objectAccessControl' as const
  return { kind, bucket: record.bucket, object: record, origin, etag: objectEtag(record) }
}

/** The entity tag of media by URL: the MD5, or something opaque for composed objects, which have none. With its quotes. */
export function entityTag(record: ObjectRecord): string {
  const { body, componentCount } = record
  return componentCount === undefined
    ? `"${Buffer.from(body.md5, 'base64').toString('hex')}"`
    : `"-${objectEtag(record)}"`
}

/** The entity tag of the JSON API; changes with the content and with the metadata. */
export function objectEtag(record: ObjectRecord): string {
  return opaqueTag(record.generation, record.metageneration)
}
