import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import type { ObjectRecord, ObjectSettings } from './object-record.ts'
import { invalid } from './service-error.ts'

/** Settings come back as response headers, so control characters are refused at the door. */
const headerText = z.string().regex(/^[^\p{Cc}\p{Cs}]*$/u, 'control characters are not allowed')
const text = headerText.nullable().exactOptional()
const metadataValue = z.union([headerText, z.number(), z.boolean()]).transform(String)

const patchSchema = z.object({
  contentType: text,
  contentEncoding: text,
  contentDisposition: text,
  contentLanguage: text,
  cacheControl: text,
  customTime: z.iso.datetime({ offset: true }).nullable().exactOptional(),
  storageClass: text,
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

/** Reads the settings out of an object resource; fields that are no settings are ignored. Throws 400. */
export function parseSettings(resource: Record<string, unknown>): SettingsPatch {
  const parsed = patchSchema.safeParse(resource)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw invalid(`Invalid value for ${issue?.path.join('.') ?? 'object'}: ${issue?.message ?? 'not allowed'}`)
}

/** Applies a patch, as a PATCH request does: what it does not name stays. Throws 400 past the metadata limit. */
export function applySettings<T extends ObjectSettings>(target: T, patch: SettingsPatch): T {
  for (const name of settingNames) {
    const value = patch[name]
    if (value === null) delete target[name]
    else if (value !== undefined) target[name] = value
  }
  if (patch.metadata === null) delete target.metadata
  else if (patch.metadata !== undefined) setMetadata(target, patch.metadata)
  return target
}

/** Replaces all settings, as a PUT request does. */
export function replaceSettings(record: ObjectRecord, patch: SettingsPatch): void {
  for (const name of settingNames) delete record[name]
  delete record.metadata
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
