import { z } from 'zod'
import type { Bucket } from './object-store.ts'
import { opaqueTag } from './opaque-tag.ts'
import { invalid, preconditionFailed } from './service-error.ts'

/** One role of an IAM policy and who has it. */
export type Binding = { role: string; members: string[]; condition?: unknown }

const policySchema = z.object({
  etag: z.string().exactOptional(),
  bindings: z
    .array(
      z.object({
        role: z.string().regex(/^(roles|projects|organizations)\/\S+$/),
        members: z.array(z.string().min(1)).default([]),
        condition: z.unknown().exactOptional(),
      }),
    )
    .default([]),
})

/** Who may do what in a new bucket; in a public one anyone may read and list. */
export function usualBindings(isPublic: boolean): Binding[] {
  const project = (role: string) => `project${role}:testbed`
  return [
    { role: 'roles/storage.legacyBucketOwner', members: [project('Editor'), project('Owner')] },
    { role: 'roles/storage.legacyBucketReader', members: [project('Viewer')] },
    ...(isPublic ? [{ role: 'roles/storage.objectViewer', members: ['allUsers'] }] : []),
  ]
}

/** The JSON form of a bucket's policy. */
export function policyResource(bucket: Bucket): Record<string, unknown> {
  return {
    kind: 'storage#policy',
    resourceId: `projects/_/buckets/${bucket.name}`,
    version: 1,
    etag: policyEtag(bucket),
    bindings: bucket.bindings,
  }
}

/** Replaces a bucket's policy. Throws 400 when it is none, 412 when it was read before somebody else's change. */
export function replacePolicy(bucket: Bucket, json: unknown): void {
  const parsed = policySchema.safeParse(json)
  if (!parsed.success) throw invalid('Invalid IAM policy.')
  const { etag, bindings } = parsed.data
  if (etag !== undefined && etag !== policyEtag(bucket)) throw preconditionFailed()
  bucket.bindings = bindings.filter(({ members }) => members.length > 0)
  bucket.policyVersion++
}

/** Whether a role gives a right on objects to everyone. */
export function policyGrantsAll(bucket: Bucket, right: 'get' | 'list'): boolean {
  const roles =
    right === 'get'
      ? ['objectViewer', 'legacyObjectReader', 'legacyObjectOwner', 'objectUser', 'objectAdmin', 'admin']
      : [
          'objectViewer',
          'legacyBucketReader',
          'legacyBucketWriter',
          'legacyBucketOwner',
          'objectUser',
          'objectAdmin',
          'admin',
        ]
  return bucket.bindings.some(
    ({ role, members, condition }) =>
      condition === undefined &&
      members.includes('allUsers') &&
      roles.includes(role.replace('roles/storage.', '')),
  )
}

const permission = /^storage\.[a-zA-Z]+\.[a-zA-Z]+$/

const rights = { 'storage.objects.get': 'get', 'storage.objects.list': 'list' } as const

/**
 * Tells which of the permissions asked about the caller has: all of them, or for an anonymous one those that everyone has.
 *
 * @param anonymousAt the bucket, for an anonymous caller
 * @throws 400 for what is no permission
 */
export function testPermissions(given: readonly string[], anonymousAt?: Bucket): Record<string, unknown> {
  const asked = given.filter((name) => {
    const right = name in rights ? rights[name as keyof typeof rights] : undefined
    return anonymousAt === undefined || (right !== undefined && policyGrantsAll(anonymousAt, right))
  })
  const unknown = given.find((name) => !permission.test(name))
  if (unknown !== undefined) throw invalid(`Permission ${unknown} is not valid for this resource.`)
  return { kind: 'storage#testIamPermissionsResponse', ...(asked.length > 0 && { permissions: asked }) }
}

const policyEtag = ({ policyVersion }: Bucket): string => opaqueTag(policyVersion)
