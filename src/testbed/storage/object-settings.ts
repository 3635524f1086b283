import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import { invalid, notImplemented } from '../emulator/service-error.ts'
import type { ObjectSettings } from './object-record.ts'

/** Settings come back as response headers, which hold no control characters. */
const headerText = z.string().regex(/^[^\p{Cc}\p{Cs}]*$/u, 'control characters are not allowed')
const text = headerText.nullable().optional()
const metadataKey = z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, 'metadata keys must be HTTP tokens')
const metadataValue = z.union([headerText, z.number(), z.boolean()]).transform(String)

const patchSchema = z.object({
  contentType: text,
  contentEncoding: text,
  contentDisposition: text,
  contentLanguage: text,
  cacheControl: text,
  metadata: z.record(metadataKey, metadataValue.nullable()).nullable().optional(),
})

/** Settings that the emulator would have to act on, and does not. */
const refused = [
  'acl',
  'contexts',
  'customTime',
  'eventBasedHold',
  'kmsKeyName',
  'retention',
  'storageClass',
  'temporaryHold',
]

const headerOf = {
  contentType: 'content-type',
  contentEncoding: 'content-encoding',
  contentDisposition: 'content-disposition',
  contentLanguage: 'content-language',
  cacheControl: 'cache-control',
}

/**
 * Applies the settings in an object resource: what it does not name stays, and `null` removes a setting. Ignores fields
 * that are not settings.
 *
 * @throws 400 for an invalid value, 501 for a setting that is not supported
 */
export function patchSettings(
  current: ObjectSettings,
  resource: Readonly<Record<string, unknown>>,
): ObjectSettings {
  const unsupported = refused.find((name) => resource[name])
  if (unsupported !== undefined) throw notImplemented(`The setting ${unsupported}`)
  const parsed = patchSchema.safeParse(resource)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw invalid(
      `Invalid value for ${issue?.path.join('.') ?? 'object'}: ${issue?.message ?? 'not allowed'}`,
    )
  }
  const { metadata, ...texts } = parsed.data
  const merged = withoutNulls({ ...current, ...definedIn(texts) })
  if (metadata === undefined) return merged
  const custom = metadata === null ? {} : withoutNulls({ ...current.metadata, ...metadata })
  return { ...merged, metadata: Object.keys(custom).length === 0 ? undefined : custom }
}

/** Reads settings from the headers of an upload to an object URL. @throws 400 */
export function settingsFromHeaders(headers: IncomingHttpHeaders): ObjectSettings {
  const resource = Object.entries(headerOf).map(([name, header]) => [name, headers[header]])
  const metadata = Object.entries(headers)
    .filter(([name]) => name.startsWith('x-goog-meta-'))
    .map(([name, value]) => [name.slice('x-goog-meta-'.length), value])
  return patchSettings({}, { ...Object.fromEntries(resource), metadata: Object.fromEntries(metadata) })
}

type Texts<T> = { [Name in keyof T]: Exclude<T[Name], null> }

function withoutNulls<T extends object>(values: T): Texts<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)) as Texts<T>
}

function definedIn<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T
}
