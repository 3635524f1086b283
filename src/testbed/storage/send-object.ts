import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { crc32cBase64 } from '../../crypto/crc32c.ts'
import { byteRange } from './byte-range.ts'
import type { Emulator, Exchange } from './exchange.ts'
import type { ObjectRecord } from './object-record.ts'
import { entityTag } from './object-resource.ts'

/**
 * Sends an object's bytes, or with HEAD only what would be said of them: ranges, checksums, metadata as headers, and
 * unpacking for callers that do not take gzip.
 *
 * @see https://cloud.google.com/storage/docs/transcoding
 */
export async function sendObject(
  emulator: Emulator,
  exchange: Exchange,
  record: ObjectRecord,
): Promise<void> {
  const { request, response, query } = exchange
  const { body } = record
  const acceptsGzip = /\bgzip\b/i.test(request.headers['accept-encoding']?.toString() ?? '')
  const keepPacked = acceptsGzip || /\bno-transform\b/i.test(record.cacheControl ?? '')
  const unpack = record.contentEncoding === 'gzip' && !keepPacked
  // A range of unpacked bytes cannot be found in packed ones, so the service ignores it.
  const range = unpack ? undefined : byteRange(request.headers.range, body.size)
  const { start, end } = range ?? { start: 0, end: body.size - 1 }
  const length = end - start + 1

  response.writeHead(range === undefined ? 200 : 206, {
    ...objectHeaders(emulator, record),
    ...overrides(query),
    ...(record.contentEncoding !== undefined &&
      !unpack && { 'content-encoding': safe(record.contentEncoding) }),
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

function objectHeaders(emulator: Emulator, record: ObjectRecord): Record<string, string | number> {
  const { body, metadata = {} } = record
  const isPublic = record.public || emulator.store.bucket(record.bucket).public
  const headers: Record<string, string | number> = {
    'content-type': safe(record.contentType ?? 'application/octet-stream'),
    'cache-control': safe(record.cacheControl ?? (isPublic ? 'public, max-age=3600' : 'private, max-age=0')),
    etag: entityTag(record),
    'last-modified': record.updated.toUTCString(),
    'accept-ranges': 'bytes',
    'x-goog-generation': record.generation,
    'x-goog-metageneration': record.metageneration,
    'x-goog-stored-content-encoding': safe(record.contentEncoding ?? 'identity'),
    'x-goog-stored-content-length': body.size,
    'x-goog-storage-class': safe(record.storageClass ?? 'STANDARD'),
    'x-goog-hash': `crc32c=${crc32cBase64(body.crc32c)}${record.componentCount === undefined ? `,md5=${body.md5}` : ''}`,
  }
  if (record.contentDisposition !== undefined)
    headers['content-disposition'] = safe(record.contentDisposition)
  if (record.contentLanguage !== undefined) headers['content-language'] = safe(record.contentLanguage)
  if (record.componentCount !== undefined) headers['x-goog-component-count'] = record.componentCount
  for (const [key, value] of Object.entries(metadata)) headers[`x-goog-meta-${safe(key)}`] = safe(value)
  return headers
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
