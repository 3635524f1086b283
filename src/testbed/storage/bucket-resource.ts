import { ownerEntity, projectNumber } from './access-list.ts'
import { bucketEntries } from './bucket-access.ts'
import type { Bucket } from './object-store.ts'
import { opaqueTag } from './opaque-tag.ts'
import { isUniform } from './public-access.ts'

/** The JSON form of a bucket. */
export function bucketResource(
  bucket: Bucket,
  origin: string,
  projection: 'full' | 'noAcl' = 'noAcl',
): Record<string, unknown> {
  const { name, metageneration, timeCreated, updated, versioning, settings } = bucket
  const { iamConfiguration = {} } = settings as { iamConfiguration?: Record<string, unknown> }
  const uniform = { enabled: isUniform(bucket) }
  return {
    storageClass: 'STANDARD',
    locationType: 'multi-region',
    rpo: 'DEFAULT',
    ...settings,
    location: String(settings.location ?? 'US').toUpperCase(),
    iamConfiguration: {
      bucketPolicyOnly: uniform,
      uniformBucketLevelAccess: uniform,
      publicAccessPrevention: 'inherited',
      ...iamConfiguration,
    },
    kind: 'storage#bucket',
    id: name,
    name,
    projectNumber,
    generation: String(timeCreated.getTime() * 1000),
    selfLink: `${origin}/storage/v1/b/${name}`,
    metageneration: String(metageneration),
    etag: opaqueTag(metageneration),
    timeCreated: timeCreated.toISOString(),
    updated: updated.toISOString(),
    ...(versioning && { versioning: { enabled: true } }),
    ...(projection === 'full' &&
      !uniform.enabled && {
        acl: bucketEntries(bucket, 'acl', origin),
        defaultObjectAcl: bucketEntries(bucket, 'defaultObjectAcl', origin),
        owner: { entity: ownerEntity },
      }),
  }
}
