import type { Exchange } from '../emulator/exchange.ts'
import { invalid, notImplemented } from '../emulator/service-error.ts'
import { authorizeApi } from './authorize.ts'
import { createBucket, sendBucket, testPermissions } from './buckets.ts'
import type { Emulator, ObjectPath } from './emulator.ts'
import { handleObjectUrl } from './object-urls.ts'
import { deleteObject, patchObject, sendObject, sendObjectList } from './objects.ts'
import { isApiPath } from './send-error.ts'
import { refuseUnknownParameters } from './unsupported.ts'
import { cancelUpload, continueUpload, startUpload } from './uploads.ts'

/** One operation of the JSON API. */
type Operation = {
  /** The permission that it needs; absent when anyone may call it. */
  needs?: string
  handle(emulator: Emulator, exchange: Exchange, path: ObjectPath): Promise<void> | void
}

/** The operations of the JSON API by method and path. The id of an upload is as good as a token. */
const operations: Readonly<Record<string, Operation>> = {
  'POST /storage/v1/b': { needs: 'storage.buckets.create', handle: createBucket },
  'GET /storage/v1/b/<bucket>': { needs: 'storage.buckets.get', handle: sendBucket },
  'GET /storage/v1/b/<bucket>/iam/testPermissions': { handle: testPermissions },
  'GET /storage/v1/b/<bucket>/o': { needs: 'storage.objects.list', handle: sendObjectList },
  'GET /storage/v1/b/<bucket>/o/<object>': { needs: 'storage.objects.get', handle: sendObject },
  'PATCH /storage/v1/b/<bucket>/o/<object>': { needs: 'storage.objects.update', handle: patchObject },
  'DELETE /storage/v1/b/<bucket>/o/<object>': { needs: 'storage.objects.delete', handle: deleteObject },
  'POST /upload/storage/v1/b/<bucket>/o': { needs: 'storage.objects.create', handle: startUpload },
  'PUT /upload/storage/v1/b/<bucket>/o?upload_id': { handle: continueUpload },
  'DELETE /upload/storage/v1/b/<bucket>/o?upload_id': { handle: cancelUpload },
}

/**
 * Routes a request to an operation of the JSON API, or to an object URL.
 *
 * Splits the path before decoding it, and decodes once, so that `/`, `?`, `#` and `%` in names arrive intact.
 *
 * @throws 501 for operations that the emulator does not have, and whatever the handler throws
 */
export async function routeStorage(emulator: Emulator, exchange: Exchange): Promise<void> {
  const { method, rawPath } = exchange
  if (isApiPath(rawPath)) return await routeApi(emulator, exchange)
  const [first = '', ...rest] = rawPath.slice(1).split('/')
  const [bucket, object] = [decode(first), decode(rest.join('/'))]
  if (bucket === '' || object === '') throw notImplemented(`${method} ${rawPath}`)
  await handleObjectUrl(emulator, exchange, { bucket, object })
}

async function routeApi(emulator: Emulator, exchange: Exchange): Promise<void> {
  const { method, rawPath, query } = exchange
  const [, isDownload, path = ''] = /^(\/download)?(.*)$/.exec(rawPath) ?? []
  if (isDownload !== undefined) query.set('alt', 'media')
  const segments = path.slice(1).split('/')
  const at = segments.indexOf('b') + 1
  const bucket = decode(segments[at] ?? '')
  const object = decode(segments[at + 2] ?? '')
  if (segments.length > at) segments[at] = '<bucket>'
  if (segments.length > at + 2 && segments[at + 1] === 'o') segments[at + 2] = '<object>'
  const pattern = `/${segments.join('/')}${query.has('upload_id') ? '?upload_id' : ''}`
  const operation = operations[`${method === 'HEAD' ? 'GET' : method} ${pattern}`]
  if (operation === undefined) throw notImplemented(`${method} ${rawPath}`)
  refuseUnknownParameters(exchange)
  const { needs: permission, handle } = operation
  if (permission !== undefined) {
    const isRead = permission === 'storage.objects.get' || permission === 'storage.objects.list'
    // Anyone may learn that a bucket does not exist.
    const isPublic = isRead && emulator.store.findBucket(bucket)?.isPublic !== false
    authorizeApi(emulator, exchange, { permission, isPublic })
  }
  await handle(emulator, exchange, { bucket, object })
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw invalid('The path is not correctly encoded.', 'InvalidURI')
  }
}
