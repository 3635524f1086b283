import type { OutgoingHttpHeaders } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { crc32cBase64 } from '../../crypto/crc32c.ts'
import { expiredAtOnce, neverStored } from './answer-headers.ts'
import { byteRange } from './byte-range.ts'
import type { Emulator, Exchange } from './exchange.ts'
import type { ObjectRecord } from './object-record.ts'
import { entityTag, objectEtag } from './object-resource.ts'
import { isReadableByAll } from './public-access.ts'
import { ServiceError } from './service-error.ts'

/**
 * Sends an object's bytes, or with HEAD only what would be said of them: ranges, checksums, metadata as headers, and
 * unpacking for callers that do not take gzip.
 *
 * @param api which of the two was asked: the JSON API says less in its headers, and never lets media be kept
 * @see https://cloud.google.com/storage/docs/transcoding
 */
export async function sendObject(
  emulator: Emulator,
  exchange: Exchange,
  record: ObjectRecord,
  api: 'json' | 'xml',
): Promise<void> {
  const { request, response, query } = exchange
  const { body } = record
  const isPacked = record.contentEncoding === 'gzip'
  const acceptsGzip = /\bgzip\b/i.test(request.headers['accept-encoding']?.toString() ?? '')
  const keepPacked = acceptsGzip || /\bno-transform\b/i.test(record.cacheControl ?? '')
  const unpack = isPacked && !keepPacked
  // A range of unpacked bytes cannot be found in packed ones, so the service ignores it.
  const range = unpack ? undefined : requestedRange(emulator, exchange, record, api)
  const { start, end } = range ?? { start: 0, end: body.size - 1 }
  const length = end - start + 1

  response.writeHead(range === undefined ? 200 : 206, {
    ...commonHeaders(record),
    ...(api === 'json' ? jsonHeaders(record) : xmlHeaders(emulator, exchange, record)),
    ...((api === 'xml' || range === undefined) && { 'x-goog-hash': hashes(record) }),
    ...overrides(query),
    ...(record.contentEncoding !== undefined &&
      !unpack && { 'content-encoding': safe(record.contentEncoding) }),
    ...(isPacked && { vary: 'Accept-Encoding' }),
    ...(range !== undefined && { 'content-range': `bytes ${start}-${end}/${body.size}` }),
    ...(unpack
      ? { 'transfer-encoding': 'chunked', warning: '214 UploadServer gunzipped' }
      : { 'content-length': length }),
  })
  if (exchange.method === 'HEAD') {
    response.end()
    return
  }
  emulator.counters.downloads++
  emulator.counters.bytesOut += length
  const slices = unpack ? undefined : body.slices(start, end)
  if (slices !== undefined) {
    for (const slice of slices) response.write(slice)
    response.end()
    return
  }
  body.retain()
  try {
    const stream = body.stream(start, end)
    await (unpack ? pipeline(stream, createGunzip(), response) : pipeline(stream, response))
  } finally {
    body.release()
  }
}

/** The range asked for. By URL even a refusal says what the object is. */
function requestedRange(
  emulator: Emulator,
  exchange: Exchange,
  record: ObjectRecord,
  api: 'json' | 'xml',
): ReturnType<typeof byteRange> {
  try {
    return byteRange(exchange.request.headers.range, record.body.size)
  } catch (error) {
    if (api === 'json' || !(error instanceof ServiceError)) throw error
    const headers = {
      ...commonHeaders(record),
      ...xmlHeaders(emulator, exchange, record),
      'x-goog-hash': hashes(record),
      ...error.fields.headers,
      'content-type': 'application/xml; charset=UTF-8',
      ...expiredAtOnce(exchange.now),
    }
    throw new ServiceError({ ...error.fields, headers })
  }
}

function commonHeaders(record: ObjectRecord): OutgoingHttpHeaders {
  const { body, contentDisposition, contentLanguage, componentCount } = record
  return {
    'content-type': safe(record.contentType ?? 'application/octet-stream'),
    'last-modified': record.updated.toUTCString(),
    'x-goog-generation': record.generation,
    'x-goog-metageneration': record.metageneration,
    'x-goog-stored-content-encoding': safe(record.contentEncoding ?? 'identity'),
    'x-goog-stored-content-length': body.size,
    'x-goog-storage-class': record.storageClass ?? 'STANDARD',
    ...(contentDisposition !== undefined && { 'content-disposition': safe(contentDisposition) }),
    ...(contentLanguage !== undefined && { 'content-language': safe(contentLanguage) }),
    ...(componentCount !== undefined && { 'x-goog-component-count': componentCount }),
  }
}

function jsonHeaders(record: ObjectRecord): OutgoingHttpHeaders {
  const attachment = record.contentDisposition === undefined ? { 'content-disposition': 'attachment' } : {}
  return { ...attachment, ...neverStored, etag: objectEtag(record) }
}

function xmlHeaders(emulator: Emulator, exchange: Exchange, record: ObjectRecord): OutgoingHttpHeaders {
  const isPublic = isReadableByAll(emulator.store.bucket(record.bucket), record)
  const usual = isPublic ? 'public, max-age=3600' : 'private, max-age=0'
  const maxAgeMs = record.cacheControl === undefined && isPublic ? 3_600_000 : 0
  const metadata = Object.entries(record.metadata ?? {})
  return {
    'accept-ranges': 'bytes',
    'cache-control': safe(record.cacheControl ?? usual),
    expires: new Date(exchange.now.getTime() + maxAgeMs).toUTCString(),
    etag: entityTag(record),
    ...Object.fromEntries(metadata.map(([key, value]) => [`x-goog-meta-${safe(key)}`, safe(value)])),
  }
}

function hashes({ body, componentCount }: ObjectRecord): string {
  const crc32c = `crc32c=${crc32cBase64(body.crc32c)}`
  return componentCount === undefined ? `${crc32c},md5=${body.md5}` : crc32c
}

/** A signed URL may fix the type and disposition of the answer. */
function overrides(query: URLSearchParams): Record<string, string> {
  const headers: Record<string, string> = {}
  const type = query.get('response-content-type')
  const disposition = query.get('response-content-disposition')
  if (type !== null) headers['content-type'] = safe(type)
  if (disposition !== null) headers['content-disposition'] = safe(disposition)
  return headers
}

/** Headers carry visible ASCII; everything else goes percent-encoded. */
function safe(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, (part) => encodeURIComponent(part))
}
