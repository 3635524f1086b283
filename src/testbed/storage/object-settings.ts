import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import type { ObjectRecord, ObjectSettings } from './object-record.ts'
import { invalid, notImplemented } from './service-error.ts'

/** Settings come back as response headers, so control characters are refused at the door. */
const headerText = z.string().regex(/^[^\p{Cc}\p{Cs}]*$/u, 'control characters are not allowed')
const text = headerText.nullable().exactOptional()
const metadataValue = z.union([headerText, z.number(), z.boolean()]).transform(String)

const storageClasses = [
  ...(['STANDARD', 'NEARLINE', 'COLDLINE', 'ARCHIVE'] as const),
  ...(['MULTI_REGIONAL', 'REGIONAL', 'DURABLE_REDUCED_AVAILABILITY'] as const),
] as const

/** Settings that would have to act on an object, and don't here: better refused than taken and forgotten. */
const refused = ['temporaryHold', 'eventBasedHold', 'retention', 'kmsKeyName', 'contexts']

const patchSchema = z.object({
  contentType: text,
  contentEncoding: text,
  contentDisposition: text,
  contentLanguage: text,
  cacheControl: text,
  customTime: z.iso
    .datetime({ offset: true })
    .transform((time) => new Date(time).toISOString())
    .nullable()
    .exactOptional(),
  storageClass: z.enum(storageClasses).nullable().exactOptional(),
  metadata: z
    .record(z.string().regex(/^[\x21-\x7e]+$/, 'metadata keys must be ASCII'), metadataValue.nullable())
    .nullable()
    .exactOptional(),
})

/** Settings to change; `null` takes one away. */
export type SettingsPatch = z.infer<typeof patchSchema>

const settingNames = [
  'contentType',
  'contentEncoding',
  'contentDisposition',
  'contentLanguage',
  'cacheControl',
  'customTime',
  'storageClass',
] as const

const settingHeaders = {
  contentType: 'content-type',
  contentEncoding: 'content-encoding',
  contentDisposition: 'content-disposition',
  contentLanguage: 'content-language',
  cacheControl: 'cache-control',
  storageClass: 'x-goog-storage-class',
}

/** All custom metadata of an object, keys and values, in bytes; the limit of the service. */
const maxMetadataBytes = 8 * 1024

/** Reads the settings out of an object resource; fields that are no settings are ignored. Throws 400, 501. */
export function parseSettings(resource: Record<string, unknown>): SettingsPatch {
  const unknown = refused.find((name) => resource[name])
  if (unknown !== undefined) throw notImplemented(`The setting ${unknown} is not supported by this emulator.`)
  const parsed = patchSchema.safeParse(resource)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw invalid(`Invalid value for ${issue?.path.join('.') ?? 'object'}: ${issue?.message ?? 'not allowed'}`)
}

/**
 * Applies a patch, as a PATCH request does: what it does not name stays. A custom time stays once it is set, and only
 * ever grows. Throws 400 for an earlier one, and past the metadata limit.
 */
export function applySettings<T extends ObjectSettings>(target: T, patch: SettingsPatch): T {
  const { customTime } = target
  if (customTime !== undefined && (patch.customTime ?? customTime) < customTime)
    throw invalid('The custom time of an object cannot be set to an earlier one.')
  for (const name of settingNames) {
    const value = patch[name]
    if (name === 'customTime' && value === null) continue
    if (value === null) delete target[name]
    else if (value !== undefined) target[name] = value
  }
  if (patch.metadata === null) delete target.metadata
  else if (patch.metadata !== undefined) setMetadata(target, patch.metadata)
  return target
}

/** Replaces all settings, as a PUT request does, but for the two that can't be taken away. */
export function replaceSettings(record: ObjectRecord, patch: SettingsPatch): void {
  const { storageClass, customTime } = record
  for (const name of settingNames) delete record[name]
  delete record.metadata
  if (storageClass !== undefined) record.storageClass = storageClass
  if (customTime !== undefined) record.customTime = customTime
  applySettings(record, patch)
}

/** The settings of an object without the rest of its record. */
export function settingsOf(record: ObjectSettings): ObjectSettings {
  const settings: ObjectSettings = {}
  for (const name of settingNames) {
    const value = record[name]
    if (value !== undefined) settings[name] = value
  }
  if (record.metadata !== undefined) settings.metadata = { ...record.metadata }
  return settings
}

/** Reads settings from the headers of an XML upload: the usual ones, and `x-goog-meta-*` for custom metadata. */
export function settingsFromHeaders(headers: IncomingHttpHeaders): ObjectSettings {
  const metadata: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith('x-goog-meta-')) metadata[name.slice('x-goog-meta-'.length)] = String(value)
  }
  const resource: Record<string, unknown> = { metadata }
  for (const [name, header] of Object.entries(settingHeaders)) {
    if (headers[header] !== undefined) resource[name] = headers[header]
  }
  return applySettings({}, parseSettings(resource))
}

function setMetadata(target: ObjectSettings, changes: Record<string, string | null>): void {
  const metadata = new Map(Object.entries(target.metadata ?? {}))
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) metadata.delete(key)
    else metadata.set(key, value)
  }
  const bytes = [...metadata].flat().reduce((sum, part) => sum + Buffer.byteLength(part), 0)
  if (bytes > maxMetadataBytes) {
    throw invalid(
      `The metadata is ${bytes} bytes; the limit is ${maxMetadataBytes} bytes.`,
      'MetadataTooLarge',
    )
  }
  if (metadata.size === 0) delete target.metadata
  else target.metadata = Object.fromEntries(metadata)
}
