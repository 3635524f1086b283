import { z } from 'zod'
import type { Bucket } from './object-store.ts'
import { invalid, notImplemented } from './service-error.ts'

type Json = Record<string, unknown>

/** What is told of a bucket and never set by a request. */
const fixed = [
  'acl',
  'defaultObjectAcl',
  'etag',
  'generation',
  'id',
  'kind',
  'metageneration',
  'name',
  'owner',
].concat(['projectNumber', 'selfLink', 'timeCreated', 'updated', 'versioning'])

/** Settings that would have to act on objects, and don't here: better refused than taken and forgotten. */
const refused = [
  'retentionPolicy',
  'objectRetention',
  'defaultEventBasedHold',
  'softDeletePolicy',
  'encryption',
].concat(['hierarchicalNamespace', 'ipFilter', 'customPlacementConfig'])

const settingsSchema = z.looseObject({
  versioning: z.object({ enabled: z.boolean() }).nullable().exactOptional(),
  storageClass: z
    .enum(['STANDARD', 'NEARLINE', 'COLDLINE', 'ARCHIVE', 'MULTI_REGIONAL', 'REGIONAL'])
    .exactOptional(),
  location: z.string().min(1).exactOptional(),
  labels: z.record(z.string(), z.string().nullable()).nullable().exactOptional(),
  iamConfiguration: z
    .looseObject({
      publicAccessPrevention: z.enum(['inherited', 'enforced', 'unspecified']).exactOptional(),
      uniformBucketLevelAccess: z.looseObject({ enabled: z.boolean() }).exactOptional(),
    })
    .nullable()
    .exactOptional(),
})

/** Reads the settings of a bucket out of its resource. Throws 400, and 501 for what is not emulated. */
export function parseBucketSettings(resource: Json): Json {
  const unknown = refused.find((name) => isSet(resource[name]))
  if (unknown !== undefined)
    throw notImplemented(`The bucket setting ${unknown} is not supported by this emulator.`)
  const parsed = settingsSchema.safeParse(resource)
  if (parsed.success) return parsed.data
  throw invalid(`Invalid value for ${parsed.error.issues[0]?.path.join('.') ?? 'bucket'}`)
}

/** Applies a patch: objects are merged, `null` takes away, and what is not named stays. */
export function applyBucketSettings(bucket: Bucket, settings: Json): void {
  const { versioning } = settings as { versioning?: { enabled: boolean } | null }
  if (versioning !== undefined) bucket.versioning = versioning?.enabled ?? false
  const changes = Object.entries(settings).filter(([name]) => !fixed.includes(name))
  bucket.settings = merge(bucket.settings, Object.fromEntries(changes))
}

/** Merges as RFC 7396 has it. */
function merge(target: Json, changes: Json): Json {
  const merged = new Map(Object.entries(target))
  for (const [name, change] of Object.entries(changes)) {
    if (change === null) merged.delete(name)
    else if (isObject(change)) merged.set(name, merge(asObject(merged.get(name)), change))
    else merged.set(name, change)
  }
  return Object.fromEntries(merged)
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const asObject = (value: unknown): Json => (isObject(value) ? value : {})

/** Whether a setting asks for something; turned off is what it is anyway. */
function isSet(value: unknown): boolean {
  if (!isObject(value)) return value !== undefined && value !== null && value !== false
  return Object.values(value).some((inner) => isSet(inner) && inner !== 0 && inner !== '0')
}
