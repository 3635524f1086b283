import { type Emulator, type Exchange, sendJson } from './exchange.ts'
import { handleBucket, handleBucketAction, handleBuckets } from './json-buckets.ts'
import { handleObject, handleObjectAction, handleObjectList } from './json-objects.ts'
import { handleJsonUpload } from './json-uploads.ts'
import { type ErrorShape, invalid, methodNotAllowed, noSuchPath, notImplemented } from './service-error.ts'
import { handleXmlObject } from './xml-objects.ts'

/** The shape in which errors of a path are written. */
export function errorShape(rawPath: string, query: URLSearchParams): ErrorShape {
  if (!/^\/(upload\/|download\/)?storage\/v1(\/|$)/.test(rawPath)) return 'xml'
  return query.get('alt') === 'media' || rawPath.startsWith('/download/') ? 'text' : 'json'
}

/**
 * Finds the handler of a request by its path, and runs it. Throws 400, 404, 405, and whatever the handler throws.
 *
 * The path is split before it is decoded, and decoded once, so that `/`, `?`, `#` and `%` in names arrive as they were.
 */
export async function route(emulator: Emulator, exchange: Exchange): Promise<void> {
  if (exchange.request.headers['x-goog-encryption-algorithm'] !== undefined) {
    throw notImplemented('Customer-supplied encryption keys are not supported by this emulator.')
  }
  const segments = exchange.rawPath.slice(1).split('/')
  const [first = '', second, third] = segments
  if (first === 'storage' && second === 'v1') return await routeApi(emulator, exchange, segments.slice(2))
  if (first === 'upload' && second === 'storage' && third === 'v1') {
    const [b, bucket, o, ...more] = segments.slice(3).map(decode)
    if (b !== 'b' || bucket === undefined || o !== 'o' || more.length > 0) throw noSuchPath()
    return await handleJsonUpload(emulator, exchange, bucket)
  }
  if (first === 'download' && second === 'storage' && third === 'v1') {
    const query = new URLSearchParams(exchange.rawQuery)
    query.set('alt', 'media')
    return await routeApi(emulator, { ...exchange, query }, segments.slice(3))
  }
  const bucket = decode(first)
  const name = decode(segments.slice(1).join('/'))
  if (bucket === '') throw noSuchPath()
  if (name !== '') return await handleXmlObject(emulator, exchange, bucket, name)
  emulator.store.bucket(bucket)
  if (exchange.method !== 'HEAD') throw notImplemented('This emulator has the XML API for objects only.')
  exchange.response.writeHead(200, { 'content-length': 0 }).end()
}

/** Routes what follows `/storage/v1/`. */
async function routeApi(emulator: Emulator, exchange: Exchange, raw: readonly string[]): Promise<void> {
  const [collection, bucket, objects, object, ...action] = raw.map(decode)
  if (collection === 'projects') return projectServiceAccount(exchange, objects)
  if (collection !== 'b') throw noSuchPath()
  if (bucket === undefined) return await handleBuckets(emulator, exchange)
  if (objects === undefined) return await handleBucket(emulator, exchange, bucket)
  if (objects !== 'o') return await handleBucketAction(emulator, exchange, bucket, raw.slice(2).map(decode))
  if (object === undefined) return handleObjectList(emulator, exchange, bucket)
  if (action.length === 0) return await handleObject(emulator, exchange, bucket, object)
  return await handleObjectAction(emulator, exchange, bucket, object, action)
}

function projectServiceAccount({ method, response }: Exchange, detail: string | undefined): void {
  if (detail !== 'serviceAccount') throw noSuchPath()
  if (method !== 'GET') throw methodNotAllowed()
  sendJson(response, {
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
