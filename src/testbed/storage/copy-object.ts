import { predefinedAclIsPublic } from './access-control.ts'
import { type Emulator, type Exchange, sendJson } from './exchange.ts'
import { objectResource } from './object-resource.ts'
import { applySettings, parseSettings, settingsOf } from './object-settings.ts'
import type { ObjectDraft } from './object-store.ts'
import {
  checkPreconditions,
  generationFromQuery,
  preconditionsFromQuery,
  sourcePreconditions,
} from './preconditions.ts'
import { readJson } from './request-body.ts'

/** Where an object is. */
export type ObjectPlace = { bucket: string; name: string }

/**
 * Copies an object; both copies share their bytes. A resource in the request replaces the settings as a whole, as in
 * the service. Answers for `rewriteTo` and `copyTo` differ only in their wrapping: everything is rewritten in one call.
 */
export async function copyObject(
  emulator: Emulator,
  exchange: Exchange,
  from: ObjectPlace,
  to: ObjectPlace,
  action: 'rewriteTo' | 'copyTo',
): Promise<void> {
  const { query, request, response, origin } = exchange
  const { store } = emulator
  const patch = parseSettings(await readJson(request))
  const preconditions = preconditionsFromQuery(query)
  const isPublic = predefinedAclIsPublic(query.get('destinationPredefinedAcl'))
  const source = store.object(from.bucket, from.name, generationFromQuery(query, 'sourceGeneration'))
  checkPreconditions(sourcePreconditions(query), source, 'write')
  const draft: ObjectDraft = applySettings(Object.keys(patch).length === 0 ? settingsOf(source) : {}, patch)
  if (isPublic !== undefined) draft.public = isPublic
  if (source.componentCount !== undefined) draft.componentCount = source.componentCount
  const record = store.put(to.bucket, to.name, draft, source.body.retain(), preconditions)
  const resource = objectResource(record, origin)
  if (action === 'copyTo') return sendJson(response, resource)
  const bytes = String(record.body.size)
  sendJson(response, {
    kind: 'storage#rewriteResponse',
    totalBytesRewritten: bytes,
    objectSize: bytes,
    done: true,
    resource,
  })
}

/** Gives an object another name in its bucket. */
export function moveObject(emulator: Emulator, exchange: Exchange, from: ObjectPlace, to: ObjectPlace): void {
  const { query, response, origin } = exchange
  const { store } = emulator
  const source = store.object(from.bucket, from.name)
  checkPreconditions(sourcePreconditions(query), source, 'write')
  const draft: ObjectDraft = { ...settingsOf(source), public: source.public }
  if (source.componentCount !== undefined) draft.componentCount = source.componentCount
  const record = store.put(to.bucket, to.name, draft, source.body.retain(), preconditionsFromQuery(query))
  // Moving an object onto itself is a new generation of it, which must stay.
  if (to.name !== from.name) store.delete(from.bucket, from.name, {})
  sendJson(response, objectResource(record, origin))
}
