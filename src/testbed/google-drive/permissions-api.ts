import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Exchange } from '../storage/exchange.ts'
import { readJson } from '../storage/request-body.ts'
import { sendJson, sendNothing } from '../storage/send-json.ts'
import { methodNotAllowed } from '../storage/service-error.ts'
import { refusal } from './drive-error.ts'
import type { DriveEmulation } from './emulation.ts'
import { permissionResource } from './file-resource.ts'

const draftSchema = z.object({
  role: z.enum(['owner', 'organizer', 'fileOrganizer', 'writer', 'commenter', 'reader']),
  type: z.enum(['anyone', 'user', 'group', 'domain']),
})

/** Handles `/drive/v3/files/<id>/permissions`, and one of them. */
export async function handlePermissions(
  { files, maySharePublicly }: DriveEmulation,
  exchange: Exchange,
  fileId: string,
  permissionId: string | undefined,
): Promise<void> {
  const { method, request } = exchange
  const file = files.get(fileId)
  if (permissionId !== undefined) {
    const found = file.permissions.find(({ id }) => id === permissionId)
    if (found === undefined) throw refusal(404, 'notFound', `Permission not found: ${permissionId}.`)
    if (method === 'GET') return sendJson(exchange, permissionResource(found))
    if (method !== 'DELETE') throw methodNotAllowed()
    file.permissions = file.permissions.filter((other) => other !== found)
    return sendNothing(exchange)
  }
  if (method === 'GET') {
    const permissions = file.permissions.map(permissionResource)
    return sendJson(exchange, { kind: 'drive#permissionList', permissions })
  }
  if (method !== 'POST') throw methodNotAllowed()
  const draft = draftSchema.safeParse(await readJson(request))
  if (!draft.success) throw refusal(400, 'required', 'The permission type and role fields are required.')
  const { type, role } = draft.data
  if (type === 'anyone' && !maySharePublicly) {
    const message = 'The domain administrators have disabled sharing outside of the domain.'
    throw refusal(403, 'publishOutNotPermitted', message)
  }
  // Anyone has one permission, however often it is given.
  const id = type === 'anyone' ? 'anyoneWithLink' : String(randomBytes(8).readBigUInt64BE())
  const permission = { id, type, role }
  file.permissions = [...file.permissions.filter((other) => other.id !== id), permission]
  sendJson(exchange, permissionResource(permission))
}
