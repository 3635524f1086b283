import type { Emulator, Exchange } from './exchange.ts'
import { requestedAccess } from './object-access.ts'
import type { ObjectRecord } from './object-record.ts'
import { objectResource } from './object-resource.ts'
import { applySettings, parseSettings, settingsOf } from './object-settings.ts'
import type { ObjectDraft } from './object-store.ts'
import {
  checkPreconditions,
  generationFromQuery,
  preconditionsFromQuery,
  sourcePreconditions,
} from './preconditions.ts'
import { projectionFromQuery } from './projection.ts'
import { readJson } from './request-body.ts'
import { continueRewrite } from './rewrite-progress.ts'
import { sendJson } from './send-json.ts'

/** Where an object is. */
export type ObjectPlace = { bucket: string; name: string }

/**
 * Copies an object; both copies share their bytes. A resource in the request replaces the settings as a whole, as in
 * the service. Answers for `rewriteTo` and `copyTo` differ in their wrapping, and in that a rewrite can take several calls.
 */
export async function copyObject(
  emulator: Emulator,
  exchange: Exchange,
  from: ObjectPlace,
  to: ObjectPlace,
  action: 'rewriteTo' | 'copyTo',
): Promise<void> {
  const { query, request, origin } = exchange
  const { store } = emulator
  const resource = await readJson(request)
  const patch = parseSettings(resource)
  const preconditions = preconditionsFromQuery(query)
  const projection = projectionFromQuery(query) === 'full' ? 'full' : 'owner'
  const acl = requestedAccess(store.bucket(to.bucket), query.get('destinationPredefinedAcl'), resource)
  const source = store.object(from.bucket, from.name, generationFromQuery(query, 'sourceGeneration'))
  checkPreconditions(sourcePreconditions(query), source, 'write')
  store.checkWritable(to.bucket, to.name, preconditions)
  const fresh: ObjectDraft = applySettings(Object.keys(patch).length === 0 ? settingsOf(source) : {}, patch)
  if (acl !== undefined) fresh.acl = acl
  const progress = action === 'copyTo' ? undefined : continueRewrite(emulator, query, source, to, fresh)
  if (progress?.rewriteToken !== undefined) {
    const { draft: _, ...soFar } = progress
    return sendJson(exchange, { kind: 'storage#rewriteResponse', ...soFar })
  }
  const record = putCopy(emulator, source, to, progress?.draft ?? fresh, preconditions)
  const copied = objectResource(record, origin, projection)
  if (action === 'copyTo') return sendJson(exchange, copied)
  const bytes = String(record.body.size)
  sendJson(exchange, {
    kind: 'storage#rewriteResponse',
    totalBytesRewritten: bytes,
    objectSize: bytes,
    done: true,
    resource: copied,
  })
}

/** Gives an object another name in its bucket. */
export function moveObject(emulator: Emulator, exchange: Exchange, from: ObjectPlace, to: ObjectPlace): void {
  const { query, origin } = exchange
  const { store } = emulator
  const projection = projectionFromQuery(query)
  const source = store.object(from.bucket, from.name)
  checkPreconditions(sourcePreconditions(query), source, 'write')
  const draft: ObjectDraft = { ...settingsOf(source), ...(source.acl !== undefined && { acl: source.acl }) }
  const record = putCopy(emulator, source, to, draft, preconditionsFromQuery(query))
  // Moving an object onto itself is a new generation of it, which must stay.
  if (to.name !== from.name) store.delete(from.bucket, from.name, {})
  sendJson(exchange, objectResource(record, origin, projection))
}

function putCopy(
  { store }: Emulator,
  source: ObjectRecord,
  to: ObjectPlace,
  draft: ObjectDraft,
  preconditions: ReturnType<typeof preconditionsFromQuery>,
): ObjectRecord {
  const { componentCount, body } = source
  const whole = { ...draft, ...(componentCount !== undefined && { componentCount }) }
  return store.put(to.bucket, to.name, whole, body.retain(), preconditions)
}
