import { policyGrantsAll } from './bucket-policy.ts'
import type { ObjectRecord } from './object-record.ts'
import type { Bucket } from './object-store.ts'
import { invalid, ServiceError } from './service-error.ts'

/** Whether anyone may read the media of an object, or of one that is not there, without credentials. */
export function isReadableByAll(bucket: Bucket, record: ObjectRecord | undefined): boolean {
  if (preventsPublicAccess(bucket)) return false
  if (policyGrantsAll(bucket, 'get')) return true
  return !isUniform(bucket) && record?.acl?.has('allUsers') === true
}

/** Whether anyone may list a bucket without credentials. */
export function isListableByAll(bucket: Bucket): boolean {
  if (preventsPublicAccess(bucket)) return false
  return policyGrantsAll(bucket, 'list') || (!isUniform(bucket) && bucket.acl.has('allUsers'))
}

type IamConfiguration = {
  publicAccessPrevention?: unknown
  uniformBucketLevelAccess?: { enabled?: unknown }
}

const iamConfiguration = ({ settings }: Bucket): IamConfiguration =>
  (settings.iamConfiguration ?? {}) as IamConfiguration

/** Whether only the bucket's policy decides who may do what, and access lists count for nothing. */
export function isUniform(bucket: Bucket): boolean {
  return iamConfiguration(bucket).uniformBucketLevelAccess?.enabled === true
}

function preventsPublicAccess(bucket: Bucket): boolean {
  return iamConfiguration(bucket).publicAccessPrevention === 'enforced'
}

/** Refuses the use of access lists where there are none. Throws 400. */
export function checkHasAccessLists(bucket: Bucket, verb: string, subject: 'a bucket' | 'an object'): void {
  if (!isUniform(bucket)) return
  throw invalid(
    `Cannot ${verb} legacy ACL for ${subject} when uniform bucket-level access is enabled. Read more at ` +
      'https://cloud.google.com/storage/docs/uniform-bucket-level-access',
  )
}

/** Refuses a list that opens something to everyone where that is prevented. Throws 412. */
export function checkMayBePublic(bucket: Bucket, entities: readonly string[]): void {
  const opens = entities.some((entity) => entity === 'allUsers' || entity === 'allAuthenticatedUsers')
  if (!opens || !preventsPublicAccess(bucket)) return
  throw new ServiceError({
    status: 412,
    reason: 'conditionNotMet',
    code: 'PreconditionFailed',
    message:
      'The member bindings allUsers and allAuthenticatedUsers are not allowed since public access prevention is enforced.',
  })
}
