import type { FastifyRequest } from 'fastify'
import type { ServerContext } from './context.ts'
import type { ContractReads } from './contract-reads.ts'
import type { Route } from './create-http.ts'
import { createOperation } from './create-operation.ts'
import { UnsupportedChain } from './errors.ts'
import { getIdentity, parseIdentityAddress } from './get-identity.ts'
import { parseOperationBody, readBody } from './operation-body.ts'
import { cancelOperation, getOperation } from './operation-status.ts'
import type { LimitRate } from './rate-limit.ts'

/** Lists the API's routes. On an unknown chain all but identities answer 500. */
export function createRoutes(options: {
  context: ServerContext
  chainId: number
  limitRate: LimitRate
}): Route[] {
  const { context, chainId, limitRate } = options
  const knownChain = (): ContractReads => {
    if (context.chain === undefined) throw new UnsupportedChain(chainId)
    return context.chain
  }
  return [
    {
      name: 'identity',
      method: 'GET',
      path: '/api/v1/identity',
      summary: "Returns the server's identity for a user",
      handle: (request) => {
        const { address: given } = request.query as { address?: string | string[] }
        const address = parseIdentityAddress([given].flat().at(-1), context.profile)
        limitRate('identity', clientIpOf(request), address)
        return getIdentity(context.identityOf, address)
      },
    },
    {
      name: 'create-operation',
      method: 'POST',
      path: '/api/v1/operations',
      summary: 'Starts an operation on the files of a permission',
      handle: async (request, reply) => {
        const text = typeof request.body === 'string' ? request.body : ''
        const json = readBody(text, request.headers['content-type'])
        const chain = knownChain()
        const body = parseOperationBody(json, context.profile)
        limitRate('operations', clientIpOf(request), body.appSignature)
        const { id, createdAt } = await createOperation(context, chain, body)
        reply.code(202)
        return { kind: 'OperationCreated', id, created_at: createdAt }
      },
    },
    {
      name: 'get-operation',
      method: 'GET',
      path: '/api/v1/operations/:operation_id',
      summary: "Returns an operation's status and, once there is one, its result",
      handle: (request) => {
        knownChain()
        return getOperation(context, operationIdOf(request))
      },
    },
    {
      name: 'cancel-operation',
      method: 'POST',
      path: '/api/v1/operations/:operation_id/cancel',
      summary: 'Cancels an operation',
      handle: async (request, reply) => {
        knownChain()
        limitRate('default', clientIpOf(request))
        await cancelOperation(context, operationIdOf(request))
        reply.code(204)
      },
    },
  ]
}

const operationIdOf = ({ params }: FastifyRequest): string =>
  (params as { operation_id: string }).operation_id

/** The first entry of X-Forwarded-For, else X-Real-IP, else the peer, as in the original: any client can claim any address. */
function clientIpOf({ headers, ip }: FastifyRequest): string {
  const [forwarded = ''] = String(headers['x-forwarded-for'] ?? '').split(',')
  return forwarded.trim() || String(headers['x-real-ip'] ?? '').trim() || ip
}
