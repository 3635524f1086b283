import { z } from 'zod'
import { predefinedAclIsPublic } from './access-control.ts'
import type { ObjectPlace } from './copy-object.ts'
import { type Emulator, type Exchange, sendJson } from './exchange.ts'
import type { ObjectRecord } from './object-record.ts'
import { objectResource } from './object-resource.ts'
import { applySettings, parseSettings } from './object-settings.ts'
import type { ObjectDraft } from './object-store.ts'
import { checkPreconditions, preconditionsFromQuery } from './preconditions.ts'
import { readJson } from './request-body.ts'
import { invalid, tooLarge } from './service-error.ts'
import type { StoredBody } from './stored-body.ts'

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
    .min(1)
    .max(32),
  destination: z.record(z.string(), z.unknown()).default({}),
})

/** Joins 1-32 objects of a bucket into one; such an object has no MD5, but counts its parts. Throws 400, 404, 412. */
export async function composeObject(emulator: Emulator, exchange: Exchange, to: ObjectPlace): Promise<void> {
  const { query, request, response, origin } = exchange
  const parsed = requestSchema.safeParse(await readJson(request))
  if (!parsed.success) throw invalid('You must provide between 1 and 32 source components.')
  const { sourceObjects, destination } = parsed.data
  const draft: ObjectDraft = applySettings({}, parseSettings(destination))
  draft.public = predefinedAclIsPublic(query.get('destinationPredefinedAcl')) ?? false
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
  sendJson(response, objectResource(record, origin))
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
