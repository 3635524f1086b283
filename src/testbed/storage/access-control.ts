import { z } from 'zod'
import type { Bucket } from './object-store.ts'
import { invalid } from './service-error.ts'

/** The part of access control that has an effect here: whether anyone may read. */

const entrySchema = z.object({ entity: z.string(), role: z.string() })

/** Whether one of the service's named access lists lets anyone read. Throws 400 for an unknown name. */
export function predefinedAclIsPublic(name: string | null): boolean | undefined {
  if (name === null) return undefined
  const known: Record<string, boolean> = {
    authenticatedRead: false,
    bucketOwnerFullControl: false,
    bucketOwnerRead: false,
    private: false,
    projectPrivate: false,
    publicRead: true,
    publicReadWrite: true,
  }
  const isPublic = known[name]
  if (isPublic === undefined) throw invalid(`Invalid predefined ACL: '${name}'`)
  return isPublic
}

/** Whether an object resource's `acl` lets anyone read. Throws 400 when it is no list of entries. */
export function aclIsPublic(acl: unknown): boolean {
  if (acl === undefined || acl === null) return false
  if (!Array.isArray(acl)) throw invalid('Invalid access control list.')
  return acl.map(parseAclEntry).some(({ entity }) => entity === 'allUsers')
}

/** Reads one access control entry. Throws 400. */
export function parseAclEntry(json: unknown): { entity: string; role: string } {
  const parsed = entrySchema.safeParse(json)
  if (!parsed.success) throw invalid('Invalid access control entry.')
  return parsed.data
}

/** The entries of an object or bucket: its project's owners, and everyone when it is public. */
export function aclEntries(kind: string, bucket: string, isPublic: boolean): Record<string, unknown>[] {
  const owner = { kind, bucket, entity: 'project-owners-testbed', role: 'OWNER' }
  return isPublic ? [owner, { kind, bucket, entity: 'allUsers', role: 'READER' }] : [owner]
}

const policySchema = z.object({
  bindings: z.array(z.object({ role: z.string(), members: z.array(z.string()).default([]) })).default([]),
})

/** Whether an IAM policy lets anyone read objects. Throws 400 when it is no policy. */
export function policyIsPublic(json: unknown): boolean {
  const parsed = policySchema.safeParse(json)
  if (!parsed.success) throw invalid('Invalid IAM policy.')
  const readRoles = ['roles/storage.objectViewer', 'roles/storage.legacyObjectReader', 'roles/storage.admin']
  return parsed.data.bindings.some(
    ({ role, members }) => readRoles.includes(role) && members.includes('allUsers'),
  )
}

/** The IAM policy of a bucket. */
export function bucketPolicy(bucket: Bucket): Record<string, unknown> {
  const owners = { role: 'roles/storage.legacyBucketOwner', members: ['projectOwner:testbed'] }
  const readers = { role: 'roles/storage.objectViewer', members: ['allUsers'] }
  return {
    kind: 'storage#policy',
    resourceId: `projects/_/buckets/${bucket.name}`,
    version: 1,
    etag: 'CAE=',
    bindings: bucket.public ? [owners, readers] : [owners],
  }
}
