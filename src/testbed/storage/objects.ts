import type { Exchange } from '../emulator/exchange.ts'
import { readJson } from '../emulator/read-body.ts'
import { sendJson, sendNothing } from '../emulator/send-json.ts'
import type { Emulator, ObjectPath } from './emulator.ts'
import { listObjects, listRequestFromQuery } from './list-objects.ts'
import type { ObjectRecord } from './object-record.ts'
import { objectResource } from './object-resource.ts'
import { patchSettings } from './object-settings.ts'
import { checkPreconditions, generationFromQuery, preconditionsFromQuery } from './preconditions.ts'
import { sendMedia } from './send-object.ts'

/** Lists a page of a bucket. */
export function sendObjectList({ store }: Emulator, exchange: Exchange, { bucket }: ObjectPath): void {
  const { query, origin } = exchange
  const page = listObjects(store, store.bucket(bucket), listRequestFromQuery(query))
  const { items, prefixes, nextPageToken } = page
  sendJson(exchange, {
    kind: 'storage#objects',
    nextPageToken,
    prefixes: prefixes.length > 0 ? prefixes : undefined,
    items: items.length > 0 ? items.map((record) => objectResource(record, origin)) : undefined,
  })
}

/** Sends an object's metadata, or with `alt=media` its bytes. */
export async function sendObject(emulator: Emulator, exchange: Exchange, path: ObjectPath): Promise<void> {
  const record = requestedObject(emulator, exchange, path)
  if (exchange.query.get('alt') === 'media') return await sendMedia(emulator, exchange, record)
  sendJson(exchange, objectResource(record, exchange.origin))
}

/** Changes the metadata of an object. */
export async function patchObject(emulator: Emulator, exchange: Exchange, path: ObjectPath): Promise<void> {
  const resource = await readJson(exchange.request)
  const record = requestedObject(emulator, exchange, path)
  emulator.store.update(record, patchSettings(record.settings, resource))
  sendJson(exchange, objectResource(record, exchange.origin))
}

export function deleteObject(emulator: Emulator, exchange: Exchange, path: ObjectPath): void {
  emulator.store.delete(requestedObject(emulator, exchange, path))
  sendNothing(exchange)
}

/** Returns the object that a request names. @throws 304, 404, 412 */
function requestedObject(
  { store }: Emulator,
  { method, query }: Exchange,
  { bucket, object }: ObjectPath,
): ObjectRecord {
  const record = store.object(bucket, object, generationFromQuery(query))
  const reads = method === 'GET' || method === 'HEAD'
  checkPreconditions(preconditionsFromQuery(query), record, reads ? 'read' : 'write')
  return record
}
