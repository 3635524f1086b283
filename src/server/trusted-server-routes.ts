import type { FastifyInstance } from 'fastify'
import type { LocalAccount } from 'viem'
import { z } from 'zod'
import { ApiError } from './api-error.ts'
import { parseOr400 } from './bad-request.ts'
import { operationId } from './operation-id.ts'
import type { PersonalServer } from './personal-server.ts'
import { addressKey } from './remote-address.ts'

/** What the inference routes work with. */
export type TrustedServerOptions = {
  personalServer: PersonalServer
  /** The grantee that has the permission: the personal server answers nobody else. */
  appOf: (permissionId: string) => Promise<LocalAccount>
  chainId: number
  /** Takes a token for a permission at an address, or throws. */
  limitPermission(key: string): void
}

const permissionId = z
  .union([z.string().regex(/^[1-9]\d{0,77}$/, 'expected a decimal id above 0'), z.int().positive()])
  .transform(String)
  // The chain is asked about it.
  .refine((id) => BigInt(id) < 2n ** 256n, 'does not fit uint256')
const chainId = z.union([z.int(), z.string().regex(/^\d+$/).transform(Number)]).optional()
const requestBody = z.object({ permissionId, chainId })
const pollBody = z.object({ operationId, chainId })
const identityQuery = z.object({ address: z.string().regex(/^0x[0-9a-fA-F]{40}$/, 'expected an address') })

/**
 * Adds the routes by which a user has the app ask the personal server for inference: `POST /api/trusted-server`,
 * `POST /api/trusted-server/poll`, `GET /identity`.
 *
 * Nothing is made up: the operation's status and result are passed on as they are, whatever they are, and an error
 * keeps the personal server's status, code, text and Retry-After.
 */
export function addTrustedServerRoutes(server: FastifyInstance, options: TrustedServerOptions): void {
  const { personalServer, appOf } = options

  const checkChain = (given: number | undefined): void => {
    if (given === undefined || given === options.chainId) return
    throw new ApiError('BAD_REQUEST', `This server serves chain ${options.chainId}, not ${given}.`)
  }

  server.post('/api/trusted-server', async ({ body, ip }) => {
    const request = parseOr400(requestBody, body)
    checkChain(request.chainId)
    options.limitPermission(`${request.permissionId} ${addressKey(ip)}`)
    // The exact text is what is signed; the id is written as a number, as the protocol wants it.
    const requestJson = `{"permission_id":${request.permissionId}}`
    const app = await appOf(request.permissionId)
    const signature = await app.signMessage({ message: requestJson })
    const { id, createdAt } = await personalServer.createOperation(requestJson, signature)
    // The protocol's answer has no status; `starting` is the first of every operation.
    return { success: true, data: { id, status: 'starting', createdAt } }
  })

  server.post('/api/trusted-server/poll', async ({ body }) => {
    const request = parseOr400(pollBody, body)
    checkChain(request.chainId)
    return { success: true, data: await personalServer.operation(request.operationId) }
  })

  server.get('/identity', async ({ query }) =>
    personalServer.identity(parseOr400(identityQuery, query).address),
  )
}
