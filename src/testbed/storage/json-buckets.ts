import { z } from 'zod'
import { aclEntries, bucketPolicy, parseAclEntry, policyIsPublic } from './access-control.ts'
import { type Emulator, type Exchange, sendJson } from './exchange.ts'
import type { Bucket } from './object-store.ts'
import { checkPreconditions, preconditionsFromQuery } from './preconditions.ts'
import { readJson } from './request-body.ts'
import { invalid, methodNotAllowed, noSuchPath, required } from './service-error.ts'

const versioningSchema = z.object({ enabled: z.boolean() })

/** Handles `/storage/v1/b`: the list of buckets, and new ones, which are private as in the service. */
export async function handleBuckets(emulator: Emulator, exchange: Exchange): Promise<void> {
  const { method, query, request, response, origin } = exchange
  if (method === 'GET') {
    const prefix = query.get('prefix') ?? ''
    const found = emulator.store.buckets().filter(({ name }) => name.startsWith(prefix))
    return sendJson(response, {
      kind: 'storage#buckets',
      items: found.map((bucket) => bucketResource(bucket, origin)),
    })
  }
  if (method !== 'POST') throw methodNotAllowed()
  const resource = await readJson(request)
  if (typeof resource.name !== 'string') throw required('Required')
  const bucket = emulator.store.createBucket(resource.name)
  applyBucketSettings(bucket, resource)
  sendJson(response, bucketResource(bucket, origin))
}

/** Handles `/storage/v1/b/<bucket>`. */
export async function handleBucket(emulator: Emulator, exchange: Exchange, name: string): Promise<void> {
  const { method, query, request, response, origin } = exchange
  const bucket = emulator.store.bucket(name)
  const versions = { generation: 0, metageneration: bucket.metageneration }
  const reading = method === 'GET' || method === 'HEAD'
  checkPreconditions(preconditionsFromQuery(query), versions, reading ? 'read' : 'write')
  if (reading) return sendJson(response, bucketResource(bucket, origin))
  if (method === 'DELETE') {
    emulator.store.deleteBucket(name)
    response.writeHead(204).end()
    return
  }
  if (method !== 'PATCH' && method !== 'PUT') throw methodNotAllowed()
  const changes = await readJson(request)
  if (method === 'PUT') bucket.settings = {}
  applyBucketSettings(bucket, changes)
  emulator.store.touchBucket(bucket)
  sendJson(response, bucketResource(bucket, origin))
}

/** Handles what lies below a bucket apart from its objects: access lists, the IAM policy and permission tests. */
export async function handleBucketAction(
  emulator: Emulator,
  exchange: Exchange,
  name: string,
  [action, detail]: readonly string[],
): Promise<void> {
  const { method, query, request, response } = exchange
  const bucket = emulator.store.bucket(name)
  if (action === 'iam' && detail === 'testPermissions' && method === 'GET') {
    // Whoever reaches the emulator may do everything with it.
    return sendJson(response, {
      kind: 'storage#testIamPermissionsResponse',
      permissions: query.getAll('permissions'),
    })
  }
  if (action === 'iam' && detail === undefined) {
    if (method === 'PUT') {
      bucket.public = policyIsPublic(await readJson(request))
      emulator.store.touchBucket(bucket)
    } else if (method !== 'GET') throw methodNotAllowed()
    return sendJson(response, bucketPolicy(bucket))
  }
  if (action === 'acl' || action === 'defaultObjectAcl') {
    const kind = action === 'acl' ? 'storage#bucketAccessControl' : 'storage#objectAccessControl'
    if (method === 'GET')
      return sendJson(response, { kind: `${kind}s`, items: aclEntries(kind, name, bucket.public) })
    if (method !== 'POST' && method !== 'DELETE') throw methodNotAllowed()
    const entity = method === 'POST' ? parseAclEntry(await readJson(request)).entity : detail
    // Reading the bucket itself is another right than reading its objects, and is not checked here.
    if (action === 'defaultObjectAcl' && entity === 'allUsers') bucket.public = method === 'POST'
    if (method === 'POST') return sendJson(response, { kind, bucket: name, entity, role: 'READER' })
    response.writeHead(204).end()
    return
  }
  throw noSuchPath()
}

function applyBucketSettings(bucket: Bucket, resource: Record<string, unknown>): void {
  const { name: _, versioning, ...settings } = resource
  if (versioning !== undefined) {
    const parsed = versioningSchema.safeParse(versioning)
    if (!parsed.success) throw invalid('Invalid value for versioning.')
    bucket.versioning = parsed.data.enabled
  }
  for (const [key, value] of Object.entries(settings)) {
    if (value === null) delete bucket.settings[key]
    else bucket.settings[key] = value
  }
}

function bucketResource(bucket: Bucket, origin: string): Record<string, unknown> {
  const { name, metageneration, timeCreated, updated, versioning, settings } = bucket
  return {
    location: 'US',
    locationType: 'multi-region',
    storageClass: 'STANDARD',
    iamConfiguration: { uniformBucketLevelAccess: { enabled: false }, publicAccessPrevention: 'inherited' },
    ...settings,
    kind: 'storage#bucket',
    id: name,
    name,
    projectNumber: '0',
    selfLink: `${origin}/storage/v1/b/${name}`,
    metageneration: String(metageneration),
    etag: Buffer.from(String(metageneration)).toString('base64'),
    timeCreated: timeCreated.toISOString(),
    updated: updated.toISOString(),
    ...(versioning && { versioning: { enabled: true } }),
  }
}
