import { predefinedBucketAccess, predefinedObjectAccess } from './access-list.ts'
import { hasToken } from './authorize.ts'
import { handleBucketAccess } from './bucket-access.ts'
import { policyResource, replacePolicy, testPermissions } from './bucket-policy.ts'
import { bucketResource } from './bucket-resource.ts'
import { applyBucketSettings, parseBucketSettings } from './bucket-settings.ts'
import type { Emulator, Exchange } from './exchange.ts'
import type { Bucket } from './object-store.ts'
import { encodePageToken, pageFromQuery } from './page.ts'
import { checkPreconditions, preconditionsFromQuery } from './preconditions.ts'
import { projectionFromQuery } from './projection.ts'
import { readJson } from './request-body.ts'
import { sendJson, sendNothing } from './send-json.ts'
import { methodNotAllowed, noSuchPath, notImplemented, required, requiredParameter } from './service-error.ts'

/** Handles `/storage/v1/b`: the list of buckets, and new ones, which are private as in the service. */
export async function handleBuckets(emulator: Emulator, exchange: Exchange): Promise<void> {
  const { method, query, request, origin } = exchange
  if (method !== 'GET' && method !== 'POST') throw methodNotAllowed()
  const projection = projectionFromQuery(query)
  if (method === 'GET') {
    if (!query.has('project')) throw requiredParameter('project')
    const { maxResults, after } = pageFromQuery(query)
    const prefix = query.get('prefix') ?? ''
    const found = emulator.store
      .buckets()
      .filter(({ name }) => name.startsWith(prefix) && (after === undefined || name > after.name))
    const page = found.slice(0, maxResults)
    const last = page.at(-1)
    return sendJson(exchange, {
      kind: 'storage#buckets',
      ...(found.length > page.length && last !== undefined && { nextPageToken: encodePageToken(last) }),
      ...(page.length > 0 && { items: page.map((bucket) => bucketResource(bucket, origin, projection)) }),
    })
  }
  const resource = await readJson(request)
  if (!query.has('project')) throw requiredParameter('project')
  if (typeof resource.name !== 'string') throw required('Required')
  const settings = parseBucketSettings(resource)
  const access = predefinedAccess(query)
  const bucket = emulator.store.createBucket(resource.name)
  applyBucketSettings(bucket, settings)
  access(bucket)
  sendJson(exchange, bucketResource(bucket, origin, projection))
}

/** Handles `/storage/v1/b/<bucket>`. */
export async function handleBucket(emulator: Emulator, exchange: Exchange, name: string): Promise<void> {
  const { method, query, request, origin } = exchange
  const changes = method === 'PATCH' || method === 'PUT' ? await readJson(request) : undefined
  const bucket = emulator.store.bucket(name)
  const versions = { generation: 0, metageneration: bucket.metageneration }
  const reading = method === 'GET' || method === 'HEAD'
  const projection = projectionFromQuery(query)
  checkPreconditions(preconditionsFromQuery(query), versions, reading ? 'read' : 'write')
  if (reading) return sendJson(exchange, bucketResource(bucket, origin, projection))
  if (method === 'DELETE') {
    emulator.store.deleteBucket(name)
    return sendNothing(exchange)
  }
  if (changes === undefined) throw methodNotAllowed()
  const settings = parseBucketSettings(changes)
  const access = predefinedAccess(query)
  if (method === 'PUT') bucket.settings = {}
  applyBucketSettings(bucket, settings)
  access(bucket)
  emulator.store.touchBucket(bucket)
  sendJson(exchange, bucketResource(bucket, origin, projection))
}

/** Handles what lies below a bucket apart from its objects: access lists, the IAM policy and permission tests. */
export async function handleBucketAction(
  emulator: Emulator,
  exchange: Exchange,
  name: string,
  [action = '', detail, ...more]: readonly string[],
): Promise<void> {
  const { method, query, request } = exchange
  const bucket = emulator.store.bucket(name)
  if (more.length > 0 && !unsupported.includes(action)) throw noSuchPath()
  if (action === 'acl' || action === 'defaultObjectAcl')
    return await handleBucketAccess(emulator, exchange, bucket, action, detail)
  if (action === 'iam' && detail === 'testPermissions') {
    if (method !== 'GET') throw methodNotAllowed()
    const isAnonymous = emulator.accessTokens !== undefined && !hasToken(emulator, exchange)
    return sendJson(exchange, testPermissions(query.getAll('permissions'), isAnonymous ? bucket : undefined))
  }
  if (action === 'iam' && detail === undefined) {
    if (method !== 'GET' && method !== 'PUT') throw methodNotAllowed()
    if (method === 'PUT') {
      replacePolicy(bucket, await readJson(request))
      emulator.store.touchBucket(bucket)
    }
    return sendJson(exchange, policyResource(bucket))
  }
  if (unsupported.includes(action)) throw notImplemented(`${action} is not supported by this emulator.`)
  throw noSuchPath()
}

const unsupported = [
  'notificationConfigs',
  'lockRetentionPolicy',
  'restore',
  'relocate',
  'storageLayout',
  'operations',
].concat(['folders', 'managedFolders', 'anywhereCaches'])

/** Reads the named access lists of a request, and returns what gives them to the bucket. Throws 400. */
function predefinedAccess(query: URLSearchParams): (bucket: Bucket) => void {
  const [own, objects] = [query.get('predefinedAcl'), query.get('predefinedDefaultObjectAcl')]
  const acl = own === null ? undefined : predefinedBucketAccess(own)
  const objectAcl = objects === null ? undefined : predefinedObjectAccess(objects)
  return (bucket) => {
    if (acl !== undefined) bucket.acl = acl
    if (objectAcl !== undefined) bucket.objectAcl = objectAcl
  }
}
