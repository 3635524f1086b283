import { authorize } from './authorize.ts'
import { escapeXml } from './escape-xml.ts'
import type { Emulator, Exchange } from './exchange.ts'
import { type ListPage, listObjects, listRequestFromQuery } from './list-objects.ts'
import type { ObjectRecord } from './object-record.ts'
import { entityTag } from './object-resource.ts'
import { decodePageToken, encodePageToken } from './page.ts'
import { isListableByAll } from './public-access.ts'
import { methodNotAllowed, notImplemented, type ServiceError } from './service-error.ts'

/** Handles `/<bucket>`: whether it is there, and the two kinds of listings. */
export function handleXmlBucket(emulator: Emulator, exchange: Exchange, name: string): void {
  const { method, query, response } = exchange
  const bucket = emulator.store.bucket(name)
  if (method === 'POST') throw formsNotImplemented()
  if (method !== 'GET' && method !== 'HEAD') {
    authorize(emulator, exchange, 'storage.buckets.update')
    if (method === 'PUT' || method === 'DELETE')
      throw notImplemented('This emulator makes, changes and deletes buckets by the JSON API only.')
    throw methodNotAllowed()
  }
  authorize(emulator, exchange, 'storage.objects.list', { isPublic: isListableByAll(bucket) })
  if (method === 'HEAD') {
    response.writeHead(200, { 'content-length': 0 }).end()
    return
  }
  const isSecond = query.get('list-type') === '2'
  const page = listObjects(emulator.store, bucket, listRequestFromQuery(toJsonQuery(query, isSecond)))
  const text = listing(name, query, page, isSecond)
  response
    .writeHead(200, {
      'content-type': 'application/xml; charset=UTF-8',
      'content-length': Buffer.byteLength(text),
      'cache-control': 'private, max-age=0',
    })
    .end(text)
}

/** Refuses an upload by HTML form. */
export function formsNotImplemented(): ServiceError {
  return notImplemented('Uploads by HTML form (POST policies) are not supported by this emulator.')
}

/** The same request in the words of the JSON API. A marker is the last name of the page before, as a token is there. */
function toJsonQuery(query: URLSearchParams, isSecond: boolean): URLSearchParams {
  const converted = new URLSearchParams()
  const set = (name: string, value: string | null) => value && converted.set(name, value)
  set('prefix', query.get('prefix'))
  set('delimiter', query.get('delimiter'))
  set('maxResults', query.get('max-keys'))
  const marker = query.get(isSecond ? 'start-after' : 'marker')
  set('pageToken', marker && encodePageToken({ name: marker }))
  if (isSecond) set('pageToken', query.get('continuation-token'))
  return converted
}

function listing(bucket: string, query: URLSearchParams, page: ListPage, isSecond: boolean): string {
  const next = page.nextPageToken
  const marker = next === undefined ? undefined : decodePageToken(next).name
  const count = page.items.length + page.prefixes.length
  return [
    "<?xml version='1.0' encoding='UTF-8'?><ListBucketResult xmlns='http://doc.s3.amazonaws.com/2006-03-01'>",
    element('Name', bucket),
    element('Prefix', query.get('prefix') ?? ''),
    ...(isSecond
      ? [element('KeyCount', String(count)), optional('NextContinuationToken', next)]
      : [element('Marker', query.get('marker') ?? ''), optional('NextMarker', marker)]),
    optional('Delimiter', query.get('delimiter') ?? undefined),
    optional('MaxKeys', query.get('max-keys') ?? undefined),
    element('IsTruncated', String(next !== undefined)),
    ...page.items.map(contents),
    ...page.prefixes.map((prefix) => `<CommonPrefixes>${element('Prefix', prefix)}</CommonPrefixes>`),
    '</ListBucketResult>',
  ].join('')
}

function contents(record: ObjectRecord): string {
  const parts = [
    element('Key', record.name),
    element('Generation', String(record.generation)),
    element('MetaGeneration', String(record.metageneration)),
    element('LastModified', record.updated.toISOString()),
    element('ETag', entityTag(record)),
    element('Size', String(record.body.size)),
  ]
  return `<Contents>${parts.join('')}</Contents>`
}

const element = (name: string, text: string): string => `<${name}>${escapeXml(text)}</${name}>`

const optional = (name: string, text: string | undefined): string =>
  text === undefined ? '' : element(name, text)
