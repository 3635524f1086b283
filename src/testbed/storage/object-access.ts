import { type AccessList, parseAccessList, predefinedObjectAccess } from './access-list.ts'
import { answerAccessRequest } from './answer-access-request.ts'
import type { Emulator, Exchange } from './exchange.ts'
import { objectAccess, objectAccessOwner } from './object-resource.ts'
import type { Bucket } from './object-store.ts'
import { generationFromQuery } from './preconditions.ts'
import { checkHasAccessLists, checkMayBePublic } from './public-access.ts'
import { readJson } from './request-body.ts'

/** Handles `/storage/v1/b/<bucket>/o/<object>/acl`. */
export async function handleObjectAccess(
  { store }: Emulator,
  exchange: Exchange,
  bucketName: string,
  name: string,
  [entity]: readonly string[],
): Promise<void> {
  const { query, request, origin } = exchange
  const json = await readJson(request)
  const record = store.object(bucketName, name, generationFromQuery(query))
  const subject = {
    bucket: store.bucket(bucketName),
    what: 'an object' as const,
    read: () => objectAccess(record),
    owner: () => objectAccessOwner(record, origin),
    save: (list: AccessList) => void store.update(record, () => (record.acl = list)),
  }
  answerAccessRequest(exchange, subject, entity, json)
}

/**
 * The access list that a request gives an object: by name, or entry by entry.
 *
 * @param resource the object's description, where there is one
 * @returns nothing when the request does not speak of it
 * @throws 400, and 412 where public access is prevented
 */
export function requestedAccess(
  bucket: Bucket,
  predefined: string | null,
  resource: Record<string, unknown> = {},
): AccessList | undefined {
  if (predefined === null && (resource.acl === undefined || resource.acl === null)) return undefined
  checkHasAccessLists(bucket, 'insert', 'an object')
  const list = predefined === null ? parseAccessList(resource.acl) : predefinedObjectAccess(predefined)
  checkMayBePublic(bucket, [...list.keys()])
  return list
}
