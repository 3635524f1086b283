import { type AccessOwner, accessEntries } from './access-entries.ts'
import { type AccessList, usualAccess } from './access-list.ts'
import { answerAccessRequest } from './answer-access-request.ts'
import type { Emulator, Exchange } from './exchange.ts'
import type { Bucket } from './object-store.ts'
import { opaqueTag } from './opaque-tag.ts'
import { readJson } from './request-body.ts'

/** The two access lists of a bucket: its own, and what its new objects get. */
export type BucketList = 'acl' | 'defaultObjectAcl'

/** Handles `/storage/v1/b/<bucket>/acl` and `/storage/v1/b/<bucket>/defaultObjectAcl`. */
export async function handleBucketAccess(
  { store }: Emulator,
  exchange: Exchange,
  bucket: Bucket,
  which: BucketList,
  entity: string | undefined,
): Promise<void> {
  const subject = {
    bucket,
    what: which === 'acl' ? ('a bucket' as const) : ('an object' as const),
    read: () => bucketList(bucket, which),
    owner: () => listOwner(bucket, which, exchange.origin),
    save(list: AccessList) {
      if (which === 'acl') bucket.acl = list
      else bucket.objectAcl = list
      store.touchBucket(bucket)
    },
  }
  answerAccessRequest(exchange, subject, entity, await readJson(exchange.request))
}

/** The JSON form of one of a bucket's lists. */
export function bucketEntries(bucket: Bucket, which: BucketList, origin: string): Record<string, unknown>[] {
  return accessEntries(listOwner(bucket, which, origin), bucketList(bucket, which))
}

function bucketList(bucket: Bucket, which: BucketList): AccessList {
  return which === 'acl' ? bucket.acl : (bucket.objectAcl ?? usualAccess())
}

function listOwner(bucket: Bucket, which: BucketList, origin: string): AccessOwner {
  const kind = which === 'acl' ? 'storage#bucketAccessControl' : 'storage#objectAccessControl'
  return { kind, bucket: bucket.name, origin, etag: opaqueTag(bucket.metageneration) }
}
