import type { OutgoingHttpHeaders } from 'node:http'
import { neverStored } from '../emulator/answer-headers.ts'
import type { Exchange } from '../emulator/exchange.ts'
import { sendBody } from '../emulator/send-body.ts'
import type { Emulator } from './emulator.ts'
import type { ObjectRecord } from './object-record.ts'
import { entityTag, hashHeader, objectEtag } from './object-resource.ts'

/** Sends an object's bytes as the JSON API does: never cached, and with the checksums of the whole unless partial. */
export async function sendMedia(
  { counters }: Emulator,
  exchange: Exchange,
  record: ObjectRecord,
): Promise<void> {
  const disposition = { 'content-disposition': 'attachment' }
  const headers = { ...disposition, ...objectHeaders(record), ...neverStored, etag: objectEtag(record) }
  await sendBody(exchange, counters, {
    body: record.body,
    headers,
    wholeOnly: { 'x-goog-hash': hashHeader(record) },
  })
}

/** Sends an object's bytes as an object URL does: with custom metadata, and cacheable when the bucket is public. */
export async function sendUrl(
  { store, counters }: Emulator,
  exchange: Exchange,
  record: ObjectRecord,
): Promise<void> {
  const { isPublic } = store.bucket(record.bucket)
  const { cacheControl = isPublic ? 'public, max-age=3600' : 'private, max-age=0', metadata = {} } =
    record.settings
  const custom = Object.entries(metadata).map(([key, value]) => [`x-goog-meta-${key}`, headerText(value)])
  const headers: OutgoingHttpHeaders = {
    ...objectHeaders(record),
    'accept-ranges': 'bytes',
    'cache-control': headerText(cacheControl),
    etag: entityTag(record),
    'x-goog-hash': hashHeader(record),
    ...Object.fromEntries(custom),
    ...overrides(exchange.query),
  }
  await sendBody(exchange, counters, { body: record.body, headers })
}

function objectHeaders(record: ObjectRecord): OutgoingHttpHeaders {
  const { contentType, contentEncoding, contentDisposition, contentLanguage } = record.settings
  return defined({
    'content-type': headerText(contentType ?? 'application/octet-stream'),
    'content-encoding': headerText(contentEncoding),
    'content-disposition': headerText(contentDisposition),
    'content-language': headerText(contentLanguage),
    'last-modified': record.updated.toUTCString(),
    'x-goog-generation': record.generation,
    'x-goog-metageneration': record.metageneration,
    'x-goog-stored-content-encoding': headerText(contentEncoding ?? 'identity'),
    'x-goog-stored-content-length': record.body.size,
    'x-goog-storage-class': 'STANDARD',
  })
}

/** A signed URL may fix the type and disposition of the answer. */
function overrides(query: URLSearchParams): OutgoingHttpHeaders {
  return defined({
    'content-type': headerText(query.get('response-content-type') ?? undefined),
    'content-disposition': headerText(query.get('response-content-disposition') ?? undefined),
  })
}

function defined(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined))
}

/** Percent-encodes everything but visible ASCII, which is all that headers allow. */
function headerText<T extends string | undefined>(text: T): T {
  return text?.replace(/[^\x20-\x7e]+/g, (part) => encodeURIComponent(part)) as T
}
