import { authorizeJson } from './authorize.ts'
import type { Emulator, Exchange } from './exchange.ts'
import type { ObjectStore } from './object-store.ts'
import { isListableByAll, isReadableByAll } from './public-access.ts'

const ofBuckets: Record<string, string> = { POST: 'storage.buckets.create' }
const ofBucket: Record<string, string> = {
  DELETE: 'storage.buckets.delete',
  PATCH: 'storage.buckets.update',
  PUT: 'storage.buckets.update',
}
const ofObject: Record<string, string> = {
  DELETE: 'storage.objects.delete',
  PATCH: 'storage.objects.update',
  PUT: 'storage.objects.update',
}

/**
 * Asks for credentials where a request of the JSON API needs them. Objects of public buckets are read and listed without; a
 * test of permissions answers anyone.
 *
 * @param path what follows `/storage/v1/`, decoded
 * @throws 401
 */
export function authorizeJsonPath(emulator: Emulator, exchange: Exchange, path: readonly string[]): void {
  const [, , resource, detail] = path
  if (resource === 'iam' && detail === 'testPermissions') return
  const permission = neededPermission(exchange.method, path)
  authorizeJson(emulator, exchange, permission, { isPublic: isPublic(emulator.store, permission, path) })
}

function neededPermission(
  method: string,
  [collection, bucket, resource, object, action]: readonly string[],
): string {
  const reads = method === 'GET' || method === 'HEAD'
  if (collection !== 'b' || bucket === undefined) return ofBuckets[method] ?? 'storage.buckets.list'
  if (resource === undefined) return ofBucket[method] ?? 'storage.buckets.get'
  if (resource !== 'o') return reads ? 'storage.buckets.getIamPolicy' : 'storage.buckets.setIamPolicy'
  if (object === undefined) return reads ? 'storage.objects.list' : 'storage.objects.create'
  if (action !== undefined) return reads ? 'storage.objects.getIamPolicy' : 'storage.objects.create'
  return ofObject[method] ?? (reads ? 'storage.objects.get' : 'storage.objects.create')
}

/** Also where there is no such bucket, which anyone is told. */
function isPublic(
  store: ObjectStore,
  permission: string,
  [, bucketName = '', , name = '']: readonly string[],
): boolean {
  if (permission !== 'storage.objects.list' && permission !== 'storage.objects.get') return false
  const bucket = store.findBucket(bucketName)
  if (bucket === undefined) return true
  return permission === 'storage.objects.list'
    ? isListableByAll(bucket)
    : isReadableByAll(bucket, bucket.live.get(name))
}
