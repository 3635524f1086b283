import { crc32cBase64 } from '../../crypto/crc32c.ts'
import type { ObjectRecord } from './object-record.ts'
import { settingsOf } from './object-settings.ts'

/** The JSON form of an object; 64-bit numbers are strings, as in the JSON API. */
export function objectResource(record: ObjectRecord, origin: string): Record<string, unknown> {
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
    ...(record.timeDeleted !== undefined && { timeDeleted: record.timeDeleted.toISOString() }),
    ...(record.componentCount !== undefined && { componentCount: record.componentCount }),
  }
}

/** The entity tag of media: the MD5, or for composed objects, which have none, the generation. With its quotes. */
export function entityTag({ body, componentCount, generation }: ObjectRecord): string {
  return `"${componentCount === undefined ? Buffer.from(body.md5, 'base64').toString('hex') : generation}"`
}

/** Changes with the content and with the metadata. */
function objectEtag(record: ObjectRecord): string {
  return Buffer.from(`${record.generation}/${record.metageneration}`).toString('base64')
}
