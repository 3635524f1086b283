import { crc32cBase64 } from '../../crypto/crc32c.ts'
import type { ObjectRecord } from './object-record.ts'

/** Returns the JSON form of an object. As in the JSON API, 64-bit numbers are strings. */
export function objectResource(record: ObjectRecord, origin: string): Record<string, unknown> {
  const { bucket, name, generation, body } = record
  const path = `storage/v1/b/${bucket}/o/${encodeURIComponent(name)}`
  const created = record.timeCreated.toISOString()
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
    ...record.settings,
    size: String(body.size),
    md5Hash: body.md5,
    crc32c: crc32cBase64(body.crc32c),
    etag: objectEtag(record),
    timeCreated: created,
    updated: record.updated.toISOString(),
    timeStorageClassUpdated: created,
    timeFinalized: created,
  }
}

/** Returns the entity tag of the JSON API, which changes with the content and with the metadata. */
export function objectEtag({ generation, metageneration }: ObjectRecord): string {
  return Buffer.from(`${generation}/${metageneration}`).toString('base64')
}

/** Returns the entity tag of an object URL: the MD5 in hex, with its quotes. */
export function entityTag({ body }: ObjectRecord): string {
  return `"${Buffer.from(body.md5, 'base64').toString('hex')}"`
}

/** Returns the checksums in the format of `x-goog-hash`. */
export function hashHeader({ body }: ObjectRecord): string {
  return `crc32c=${crc32cBase64(body.crc32c)},md5=${body.md5}`
}
