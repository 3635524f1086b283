import { authorizeJson } from './authorize.ts'
import type { Emulator, Exchange } from './exchange.ts'
import { authorizeJsonPath } from './json-access.ts'
import { handleBucket, handleBucketAction, handleBuckets } from './json-buckets.ts'
import { handleObject, handleObjectAction, handleObjectList } from './json-objects.ts'
import { handleJsonUpload } from './json-uploads.ts'
import { sendJson } from './send-json.ts'
import { type ErrorShape, invalid, methodNotAllowed, noSuchPath, notImplemented } from './service-error.ts'
import { refuseHeaders, refuseJsonSubresource, refuseXmlSubresource } from './unsupported.ts'
import { formsNotImplemented, handleXmlBucket } from './xml-buckets.ts'
import { handleXmlObject } from './xml-objects.ts'

/** The shape in which errors of a path are written. */
export function errorShape(rawPath: string, query: URLSearchParams): ErrorShape {
  if (!/^\/(upload\/|download\/|batch\/)?storage\/v1(\/|$)/.test(rawPath)) return 'xml'
  if (rawPath.startsWith('/upload/')) return 'upload'
  return query.get('alt') === 'media' || rawPath.startsWith('/download/') ? 'media' : 'json'
}

/**
 * Finds the handler of a request by its path, and runs it. Throws 400, 404, 405, and whatever the handler throws.
 *
 * The path is split before it is decoded, and decoded once, so that `/`, `?`, `#` and `%` in names arrive as they were.
 */
export async function route(emulator: Emulator, exchange: Exchange): Promise<void> {
  refuseHeaders(exchange.request.headers)
  const segments = exchange.rawPath.slice(1).split('/')
  const [first = '', second, third] = segments
  if (first === 'storage' && second === 'v1') return await routeApi(emulator, exchange, segments.slice(2))
  if (first === 'upload' && second === 'storage' && third === 'v1') {
    refuseJsonSubresource(exchange.query)
    const [b, bucket, o, ...more] = segments.slice(3).map(decode)
    if (b !== 'b' || bucket === undefined || o !== 'o' || more.length > 0) throw noSuchPath()
    // The id of an upload is as good as a token: only who started it knows it.
    if (!exchange.query.has('upload_id')) authorizeJson(emulator, exchange, 'storage.objects.create')
    return await handleJsonUpload(emulator, exchange, bucket)
  }
  if (first === 'download' && second === 'storage' && third === 'v1') {
    const query = new URLSearchParams(exchange.rawQuery)
    query.set('alt', 'media')
    return await routeApi(emulator, { ...exchange, query }, segments.slice(3))
  }
  if (first === 'batch' && second === 'storage' && third === 'v1') {
    throw notImplemented('Batch requests are not supported by this emulator; send them one by one.')
  }
  const bucket = decode(first)
  const name = decode(segments.slice(1).join('/'))
  // A form with a signed policy names its bucket only inside.
  if (bucket === '' && exchange.method === 'POST') throw formsNotImplemented()
  if (bucket === '') throw noSuchPath()
  refuseXmlSubresource(exchange.query)
  if (name !== '') return await handleXmlObject(emulator, exchange, bucket, name)
  handleXmlBucket(emulator, exchange, bucket)
}

/** Routes what follows `/storage/v1/`. */
async function routeApi(emulator: Emulator, exchange: Exchange, raw: readonly string[]): Promise<void> {
  const path = raw.map(decode)
  refuseJsonSubresource(exchange.query)
  authorizeJsonPath(emulator, exchange, path)
  const [collection, bucket, objects, object, ...action] = path
  if (collection === 'projects') return projectDetail(exchange, objects, path.slice(3))
  if (collection !== 'b') throw noSuchPath()
  if (bucket === undefined) return await handleBuckets(emulator, exchange)
  if (objects === undefined) return await handleBucket(emulator, exchange, bucket)
  if (objects !== 'o') return await handleBucketAction(emulator, exchange, bucket, path.slice(2))
  if (object === undefined) return handleObjectList(emulator, exchange, bucket)
  // `watch` and `bulkRestore` are an object's names, too, but nothing is ever posted to an object itself.
  if (exchange.method === 'POST' && action.length === 0 && (object === 'watch' || object === 'bulkRestore'))
    throw notImplemented(`${object} is not supported by this emulator.`)
  if (action.length === 0) return await handleObject(emulator, exchange, bucket, object)
  return await handleObjectAction(emulator, exchange, bucket, object, action)
}

function projectDetail(exchange: Exchange, detail: string | undefined, more: readonly string[]): void {
  if (more.length > 0) throw noSuchPath()
  if (detail === 'hmacKeys') throw notImplemented('HMAC keys are not supported by this emulator.')
  if (detail !== 'serviceAccount') throw noSuchPath()
  if (exchange.method !== 'GET') throw methodNotAllowed()
  sendJson(exchange, {
    kind: 'storage#serviceAccount',
    email_address: 'service@testbed.iam.gserviceaccount.com',
  })
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw invalid('The path is not correctly encoded.', 'InvalidURI')
  }
}
