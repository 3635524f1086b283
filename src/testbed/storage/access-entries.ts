import type { AccessList } from './access-list.ts'

/** Whose access list it is. */
export type AccessOwner = {
  kind: 'storage#bucketAccessControl' | 'storage#objectAccessControl'
  bucket: string
  /** The object's name and generation; a bucket's list for its new objects has neither. */
  object?: { name: string; generation: number }
  origin: string
  etag: string
}

/** The JSON form of an access list. */
export function accessEntries(owner: AccessOwner, list: AccessList): Record<string, unknown>[] {
  return [...list].map(([entity, role]) => accessEntry(owner, entity, role))
}

/** The JSON form of one entry. */
export function accessEntry(owner: AccessOwner, entity: string, role: string): Record<string, unknown> {
  const { kind, bucket, object, origin, etag } = owner
  const [, projectTeam, projectNumber] = /^project-(owners|editors|viewers)-(.+)$/.exec(entity) ?? []
  const [, email] = /^(?:user|group)-(.+@.+)$/.exec(entity) ?? []
  const [, domain] = /^domain-(.+)$/.exec(entity) ?? []
  const ownPath = `storage/v1/b/${bucket}/${object === undefined ? '' : `o/${encodeURIComponent(object.name)}/`}`
  const isDefault = kind === 'storage#objectAccessControl' && object === undefined
  return {
    kind,
    ...(isDefault
      ? {}
      : {
          id: [bucket, object?.name, object?.generation, entity]
            .filter((part) => part !== undefined)
            .join('/'),
          selfLink: `${origin}/${ownPath}acl/${encodeURIComponent(entity)}`,
          bucket,
        }),
    ...(object !== undefined && { object: object.name, generation: String(object.generation) }),
    entity,
    role,
    ...(email !== undefined && { email }),
    ...(domain !== undefined && { domain }),
    ...(projectTeam !== undefined && { projectTeam: { projectNumber, team: projectTeam } }),
    etag,
  }
}
