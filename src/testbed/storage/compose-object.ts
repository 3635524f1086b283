import { z } from 'zod'
import type { ObjectPlace } from './copy-object.ts'
import type { Emulator, Exchange } from './exchange.ts'
import { requestedAccess } from './object-access.ts'
import type { ObjectRecord } from './object-record.ts'
import { objectResource } from './object-resource.ts'
import { applySettings, parseSettings } from './object-settings.ts'
import type { ObjectDraft } from './object-store.ts'
import { checkPreconditions, preconditionsFromQuery } from './preconditions.ts'
import { readJson } from './request-body.ts'
import { sendJson } from './send-json.ts'
import { invalid, required, type ServiceError, tooLarge } from './service-error.ts'
import type { StoredBody } from './stored-body.ts'

const maxSources = 32

const number = z.union([z.number(), z.string().regex(/^\d{1,16}$/)]).transform(Number)

const requestSchema = z.object({
  sourceObjects: z
    .array(
      z.object({
        name: z.string(),
        generation: number.optional(),
        objectPreconditions: z.object({ ifGenerationMatch: number.exactOptional() }).optional(),
      }),
    )
    .min(1),
  destination: z.record(z.string(), z.unknown()).default({}),
})

/** Joins 1-32 objects of a bucket into one; such an object has no MD5, but counts its parts. Throws 400, 404, 412. */
export async function composeObject(emulator: Emulator, exchange: Exchange, to: ObjectPlace): Promise<void> {
  const { query, request, origin } = exchange
  const parsed = requestSchema.safeParse(await readJson(request))
  if (!parsed.success) throw badRequest(parsed.error)
  const { sourceObjects, destination } = parsed.data
  const count = sourceObjects.length
  if (count > maxSources) {
    throw invalid(`The number of source components provided (${count}) exceeds the maximum (${maxSources})`)
  }
  const draft: ObjectDraft = applySettings({}, parseSettings(destination))
  const predefined = query.get('destinationPredefinedAcl')
  const acl = requestedAccess(emulator.store.bucket(to.bucket), predefined, destination)
  if (acl !== undefined) draft.acl = acl
  const preconditions = preconditionsFromQuery(query)
  const sources = sourceObjects.map(({ name, generation, objectPreconditions = {} }) => {
    const source = emulator.store.object(to.bucket, name, generation)
    checkPreconditions(objectPreconditions, source, 'write')
    return source
  })
  emulator.store.checkWritable(to.bucket, to.name, preconditions)
  draft.componentCount = sources.reduce((sum, source) => sum + (source.componentCount ?? 1), 0)
  const body = await joinBodies(emulator, sources)
  const record = emulator.store.put(to.bucket, to.name, draft, body, preconditions)
  sendJson(exchange, objectResource(record, origin, 'owner'))
}

function badRequest({ issues }: z.ZodError): ServiceError {
  const path = issues[0]?.path ?? []
  if (path.length < 2) return invalid('You must provide at least one source component.')
  return path.at(-1) === 'name' ? required('Required') : invalid(`Invalid value for ${path.join('.')}`)
}

async function joinBodies(emulator: Emulator, sources: readonly ObjectRecord[]): Promise<StoredBody> {
  const total = sources.reduce((sum, { body }) => sum + body.size, 0)
  if (total > emulator.maxObjectBytes) throw tooLarge(emulator.maxObjectBytes)
  const held = sources.map(({ body }) => body.retain())
  const writer = emulator.bodies.createWriter()
  try {
    for (const body of held) {
      if (body.size === 0) continue
      for await (const chunk of body.stream(0, body.size - 1)) await writer.write(chunk)
    }
    return await writer.finish()
  } catch (error) {
    await writer.discard()
    throw error
  } finally {
    for (const body of held) body.release()
  }
}
