import { aclEntries, parseAclEntry, predefinedAclIsPublic } from './access-control.ts'
import { composeObject } from './compose-object.ts'
import { copyObject, moveObject } from './copy-object.ts'
import { type Emulator, type Exchange, sendJson } from './exchange.ts'
import { listObjects, listRequestFromQuery } from './list-objects.ts'
import type { ObjectRecord } from './object-record.ts'
import { objectResource } from './object-resource.ts'
import { applySettings, parseSettings, replaceSettings } from './object-settings.ts'
import { checkPreconditions, generationFromQuery, preconditionsFromQuery } from './preconditions.ts'
import { readJson } from './request-body.ts'
import { sendObject } from './send-object.ts'
import { methodNotAllowed, noSuchPath } from './service-error.ts'

/** Handles `/storage/v1/b/<bucket>/o`: the listing. */
export function handleObjectList(emulator: Emulator, exchange: Exchange, bucket: string): void {
  const { method, query, response, origin } = exchange
  if (method !== 'GET') throw methodNotAllowed()
  const page = listObjects(emulator.store, emulator.store.bucket(bucket), listRequestFromQuery(query))
  sendJson(response, {
    kind: 'storage#objects',
    ...(page.nextPageToken !== undefined && { nextPageToken: page.nextPageToken }),
    ...(page.prefixes.length > 0 && { prefixes: page.prefixes }),
    ...(page.items.length > 0 && { items: page.items.map((record) => objectResource(record, origin)) }),
  })
}

/** Handles `/storage/v1/b/<bucket>/o/<object>`: metadata, media, changes and deletion. */
export async function handleObject(
  emulator: Emulator,
  exchange: Exchange,
  bucket: string,
  name: string,
): Promise<void> {
  const { method, query, response } = exchange
  const { store } = emulator
  const generation = generationFromQuery(query)
  if (method === 'GET' || method === 'HEAD') {
    const record = store.object(bucket, name, generation)
    checkPreconditions(preconditionsFromQuery(query), record, 'read')
    if (query.get('alt') === 'media') return await sendObject(emulator, exchange, record)
    return sendJson(response, objectResource(record, exchange.origin))
  }
  if (method === 'DELETE') {
    store.delete(bucket, name, preconditionsFromQuery(query), generation)
    response.writeHead(204).end()
    return
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
  const { method, query, request, response, origin } = exchange
  const patch = parseSettings(await readJson(request))
  const isPublic = predefinedAclIsPublic(query.get('predefinedAcl'))
  const record = emulator.store.object(bucket, name, generationFromQuery(query))
  checkPreconditions(preconditionsFromQuery(query), record, 'write')
  emulator.store.update(record, () => {
    if (method === 'PUT') replaceSettings(record, patch)
    else applySettings(record, patch)
    record.public = isPublic ?? record.public
  })
  sendJson(response, objectResource(record, origin))
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
  if (action === 'acl') return await handleObjectAcl(emulator, exchange, bucket, name, rest)
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
  throw noSuchPath()
}

async function handleObjectAcl(
  emulator: Emulator,
  exchange: Exchange,
  bucket: string,
  name: string,
  [entity]: readonly string[],
): Promise<void> {
  const { method, query, request, response } = exchange
  const kind = 'storage#objectAccessControl'
  const record: ObjectRecord = emulator.store.object(bucket, name, generationFromQuery(query))
  const entries = () => aclEntries(kind, bucket, record.public)
  if (method === 'GET') {
    if (entity === undefined) return sendJson(response, { kind: `${kind}s`, items: entries() })
    const entry = entries().find((other) => other.entity === entity)
    if (entry === undefined) throw noSuchPath()
    return sendJson(response, entry)
  }
  if (method === 'POST' || method === 'PUT' || method === 'PATCH') {
    const entry = parseAclEntry({ entity, ...(await readJson(request)) })
    if (entry.entity === 'allUsers') emulator.store.update(record, () => (record.public = true))
    return sendJson(response, { kind, bucket, object: name, ...entry })
  }
  if (method !== 'DELETE') throw methodNotAllowed()
  if (entity === 'allUsers') emulator.store.update(record, () => (record.public = false))
  response.writeHead(204).end()
}
