import { composeObject } from './compose-object.ts'
import { conditionalRead } from './conditional-read.ts'
import { copyObject, moveObject } from './copy-object.ts'
import type { Emulator, Exchange } from './exchange.ts'
import { listObjects, listRequestFromQuery } from './list-objects.ts'
import { handleObjectAccess, requestedAccess } from './object-access.ts'
import { objectEtag, objectResource } from './object-resource.ts'
import { applySettings, parseSettings, replaceSettings } from './object-settings.ts'
import { checkPreconditions, generationFromQuery, preconditionsFromQuery } from './preconditions.ts'
import { projectionFromQuery } from './projection.ts'
import { readJson } from './request-body.ts'
import { sendJson, sendNothing } from './send-json.ts'
import { sendObject } from './send-object.ts'
import { methodNotAllowed, noSuchPath, notImplemented, requiredParameter } from './service-error.ts'

/** Handles `/storage/v1/b/<bucket>/o`: the listing. */
export function handleObjectList(emulator: Emulator, exchange: Exchange, bucket: string): void {
  const { method, query, origin } = exchange
  if (method !== 'GET') throw methodNotAllowed()
  const projection = projectionFromQuery(query)
  const page = listObjects(emulator.store, emulator.store.bucket(bucket), listRequestFromQuery(query))
  sendJson(exchange, {
    kind: 'storage#objects',
    ...(page.nextPageToken !== undefined && { nextPageToken: page.nextPageToken }),
    ...(page.prefixes.length > 0 && { prefixes: page.prefixes }),
    ...(page.items.length > 0 && {
      items: page.items.map((record) => objectResource(record, origin, projection)),
    }),
  })
}

/** Handles `/storage/v1/b/<bucket>/o/<object>`: metadata, media, changes and deletion. */
export async function handleObject(
  emulator: Emulator,
  exchange: Exchange,
  bucket: string,
  name: string,
): Promise<void> {
  const { method, query, request } = exchange
  const { store } = emulator
  const generation = generationFromQuery(query)
  if (method === 'GET' || method === 'HEAD') {
    const record = store.object(bucket, name, generation)
    checkPreconditions(preconditionsFromQuery(query), record, 'read')
    conditionalRead(request.headers, record, objectEtag(record))
    if (query.get('alt') === 'media') return await sendObject(emulator, exchange, record, 'json')
    return sendJson(exchange, objectResource(record, exchange.origin, projectionFromQuery(query)))
  }
  if (method === 'DELETE') {
    store.delete(bucket, name, preconditionsFromQuery(query), generation)
    return sendNothing(exchange)
  }
  if (method === 'PATCH' || method === 'PUT') return await changeObject(emulator, exchange, bucket, name)
  throw methodNotAllowed()
}

async function changeObject(
  emulator: Emulator,
  exchange: Exchange,
  bucket: string,
  name: string,
): Promise<void> {
  const { method, query, request, origin } = exchange
  const resource = await readJson(request)
  const patch = parseSettings(resource)
  const acl = requestedAccess(emulator.store.bucket(bucket), query.get('predefinedAcl'), resource)
  const projection = projectionFromQuery(query)
  const record = emulator.store.object(bucket, name, generationFromQuery(query))
  checkPreconditions(preconditionsFromQuery(query), record, 'write')
  emulator.store.update(record, () => {
    if (method === 'PUT') replaceSettings(record, patch)
    else applySettings(record, patch)
    if (acl !== undefined) record.acl = acl
  })
  sendJson(exchange, objectResource(record, origin, projection))
}

/**
 * Handles what lies below an object: `/rewriteTo/b/<bucket>/o/<object>`, `/copyTo/...`, `/moveTo/o/<object>`,
 * `/compose` and `/acl`.
 */
export async function handleObjectAction(
  emulator: Emulator,
  exchange: Exchange,
  bucket: string,
  name: string,
  [action = '', ...rest]: readonly string[],
): Promise<void> {
  if (action === 'acl' && rest.length > 1) throw noSuchPath()
  if (action === 'acl') return await handleObjectAccess(emulator, exchange, bucket, name, rest)
  if (exchange.method !== 'POST') throw methodNotAllowed()
  const source = { bucket, name }
  if (action === 'compose' && rest.length === 0) return await composeObject(emulator, exchange, source)
  if (action === 'moveTo' && rest.length === 2) {
    const [o, toName = ''] = rest
    if (o !== 'o') throw noSuchPath()
    return moveObject(emulator, exchange, source, { bucket, name: toName })
  }
  if ((action === 'rewriteTo' || action === 'copyTo') && rest.length === 4) {
    const [b, toBucket = '', o, toName = ''] = rest
    if (b !== 'b' || o !== 'o') throw noSuchPath()
    return await copyObject(emulator, exchange, source, { bucket: toBucket, name: toName }, action)
  }
  if (action === 'restore') {
    if (!exchange.query.has('generation')) throw requiredParameter('generation')
    throw notImplemented('Soft-deleted objects are not kept by this emulator, so none can be restored.')
  }
  throw noSuchPath()
}
