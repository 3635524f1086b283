import { z } from 'zod'
import { invalid } from './service-error.ts'

/** What somebody may do: entity to role. */
export type AccessList = Map<string, string>

/** The project that owns everything here, as access lists name it. */
export const projectNumber = '0'
const owners = `project-owners-${projectNumber}`
const editors = `project-editors-${projectNumber}`
const viewers = `project-viewers-${projectNumber}`
/** Whoever makes an object owns it; there is one caller here. */
export const ownerEntity = 'user-testbed@testbed.iam.gserviceaccount.com'

const team: AccessList = new Map([
  [owners, 'OWNER'],
  [editors, 'OWNER'],
  [viewers, 'READER'],
])

const objectLists: Record<string, readonly (readonly [string, string])[]> = {
  authenticatedRead: [['allAuthenticatedUsers', 'READER']],
  bucketOwnerFullControl: [[owners, 'OWNER']],
  bucketOwnerRead: [[owners, 'READER']],
  private: [],
  projectPrivate: [...team],
  publicRead: [['allUsers', 'READER']],
}

const bucketLists: Record<string, readonly (readonly [string, string])[]> = {
  authenticatedRead: [
    [owners, 'OWNER'],
    ['allAuthenticatedUsers', 'READER'],
  ],
  private: [[owners, 'OWNER']],
  projectPrivate: [...team],
  publicRead: [
    [owners, 'OWNER'],
    ['allUsers', 'READER'],
  ],
  publicReadWrite: [
    [owners, 'OWNER'],
    ['allUsers', 'WRITER'],
  ],
}

/** The access list of a bucket's own, and the one its new objects get, when nobody says otherwise. */
export const usualAccess = (): AccessList => new Map(team)

/** One of the service's named lists for an object, its owner included. Throws 400 for an unknown name. */
export function predefinedObjectAccess(name: string): AccessList {
  return new Map([[ownerEntity, 'OWNER'], ...named(objectLists, name)])
}

/** One of the service's named lists for a bucket. Throws 400 for an unknown name. */
export function predefinedBucketAccess(name: string): AccessList {
  return new Map(named(bucketLists, name))
}

function named(lists: Record<string, readonly (readonly [string, string])[]>, name: string) {
  const list = Object.hasOwn(lists, name) ? lists[name] : undefined
  if (list === undefined) throw invalid(`Invalid predefined ACL: '${name}'`)
  return list
}

const entity = z
  .string()
  .regex(
    /^(allUsers|allAuthenticatedUsers|(user|group|domain)-[^\p{Cc}]{1,320}|project-(owners|editors|viewers)-[\w-]{1,64})$/u,
  )
const entrySchema = z.object({ entity, role: z.enum(['OWNER', 'WRITER', 'READER']) })

/** Reads one entry. Throws 400. */
export function parseEntry(json: unknown): { entity: string; role: string } {
  const parsed = entrySchema.safeParse(json)
  if (!parsed.success) throw invalid('Invalid access control entry.')
  return parsed.data
}

/** Reads a list of entries. Throws 400. */
export function parseAccessList(json: unknown): AccessList {
  if (!Array.isArray(json)) throw invalid('Invalid access control list.')
  return new Map(json.map((entry) => parseEntry(entry)).map((entry) => [entry.entity, entry.role]))
}
