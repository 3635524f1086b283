import { type AccessOwner, accessEntries, accessEntry } from './access-entries.ts'
import { type AccessList, parseEntry } from './access-list.ts'
import type { Exchange } from './exchange.ts'
import type { Bucket } from './object-store.ts'
import { checkHasAccessLists, checkMayBePublic } from './public-access.ts'
import { sendJson, sendNothing } from './send-json.ts'
import { invalid, methodNotAllowed, noSuchPath } from './service-error.ts'

/** An access list that can be asked about and changed. */
export type AccessSubject = {
  bucket: Bucket
  what: 'a bucket' | 'an object'
  read(): AccessList
  owner(): AccessOwner
  save(list: AccessList): void
}

const verbs: Record<string, string> = { POST: 'insert', PUT: 'update', PATCH: 'update', DELETE: 'delete' }

/**
 * Answers a request to an access list, or with `entity` to one entry of it.
 *
 * @param json the request's body
 * @throws 400, 404, 405, and 412 where public access is prevented
 */
export function answerAccessRequest(
  exchange: Exchange,
  { bucket, what, read, owner, save }: AccessSubject,
  entity: string | undefined,
  json: Record<string, unknown>,
): void {
  const { method } = exchange
  checkHasAccessLists(bucket, verbs[method] ?? 'get', what)
  const list = read()
  const tell = (one: string, role: string) => sendJson(exchange, accessEntry(owner(), one, role))
  const isWhole = entity === undefined
  if (method !== 'GET' && !(method in verbs)) throw methodNotAllowed()
  if (method !== 'GET' && (method === 'POST') !== isWhole) throw methodNotAllowed()
  const role = isWhole ? undefined : list.get(entity)
  if (!isWhole && role === undefined) throw noSuchPath()
  if (method === 'GET') {
    if (entity !== undefined && role !== undefined) tell(entity, role)
    else sendJson(exchange, { kind: `${owner().kind}s`, items: accessEntries(owner(), list) })
  } else if (method === 'DELETE') {
    save(new Map([...list].filter(([other]) => other !== entity)))
    sendNothing(exchange)
  } else {
    const entry = parseEntry({ entity, role, ...json })
    if (entry.role === 'WRITER' && owner().kind !== 'storage#bucketAccessControl')
      throw invalid('Invalid access control entry.')
    checkMayBePublic(bucket, [entry.entity])
    save(new Map(list).set(entry.entity, entry.role))
    tell(entry.entity, entry.role)
  }
}
