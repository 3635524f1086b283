import type { Exchange } from '../emulator/exchange.ts'
import { readJson } from '../emulator/read-body.ts'
import { sendJson, sendNothing } from '../emulator/send-json.ts'
import type { Emulator } from './emulator.ts'
import { listObjects, listRequestFromQuery } from './list-objects.ts'
import type { ObjectRecord } from './object-record.ts'
import { objectResource } from './object-resource.ts'
import { patchSettings } from './object-settings.ts'
import { checkPreconditions, generationFromQuery, preconditionsFromQuery } from './preconditions.ts'
import { sendMedia } from './send-object.ts'

/** Where an object is. */
type ObjectPath = { bucket: string; object: string }

/** Lists a page of a bucket. */
export function sendObjectList({ store }: Emulator, exchange: Exchange, bucket: string): void {
  const { query, origin } = exchange
  const { items, prefixes, nextPageToken } = listObjects(
    store,
    store.bucket(bucket),
    listRequestFromQuery(query),
  )
  sendJson(exchange, {
    kind: 'storage#objects',
    nextPageToken,
    prefixes: prefixes.length > 0 ? prefixes : undefined,
    items: items.length > 0 ? items.map((record) => objectResource(record, origin)) : undefined,
  })
}

/** Sends an object's metadata, or with `alt=media` its bytes. */
export async function sendObject(emulator: Emulator, exchange: Exchange, path: ObjectPath): Promise<void> {
  const record = requestedObject(emulator, exchange, path, 'read')
  if (exchange.query.get('alt') === 'media') return await sendMedia(emulator, exchange, record)
  sendJson(exchange, objectResource(record, exchange.origin))
}

/** Changes the metadata of an object. */
export async function patchObject(emulator: Emulator, exchange: Exchange, path: ObjectPath): Promise<void> {
  const resource = await readJson(exchange.request)
  const record = requestedObject(emulator, exchange, path, 'write')
  emulator.store.update(record, patchSettings(record.settings, resource))
  sendJson(exchange, objectResource(record, exchange.origin))
}

export function deleteObject(emulator: Emulator, exchange: Exchange, path: ObjectPath): void {
  emulator.store.delete(requestedObject(emulator, exchange, path, 'write'))
  sendNothing(exchange)
}

function requestedObject(
  { store }: Emulator,
  { query }: Exchange,
  { bucket, object }: ObjectPath,
  purpose: 'read' | 'write',
): ObjectRecord {
  const record = store.object(bucket, object, generationFromQuery(query))
  checkPreconditions(preconditionsFromQuery(query), record, purpose)
  return record
}
