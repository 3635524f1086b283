import { emptyReply, jsonReply } from './api-request.ts'
import { clientIpOf } from './client-ip.ts'
import type { ServerContext } from './context.ts'
import { createOperation } from './create-operation.ts'
import { documentationRoutes } from './documentation.ts'
import { getIdentity, parseIdentityQuery } from './get-identity.ts'
import { readJsonBody } from './json-body.ts'
import { parseOperationBody } from './operation-body.ts'
import { cancelOperation, getOperation } from './operation-status.ts'
import { unsupportedChain } from './python-crash.ts'
import type { LimitRate } from './rate-limit.ts'
import type { Route } from './router.ts'

/**
 * Lists the server's routes.
 *
 * @param knownChain whether the server knows the chain that it is set to; if not, only identities are served
 */
export function createRoutes(options: {
  context: ServerContext
  chainId: number
  knownChain: boolean
  limitRate: LimitRate
}): Route[] {
  const { context, chainId, knownChain, limitRate } = options
  return [
    {
      name: 'identity',
      methods: ['GET'],
      path: '/api/v1/identity',
      handle: (request) => {
        const address = parseIdentityQuery(request.query, context.profile)
        limitRate('identity', clientIpOf(request), address)
        return jsonReply(200, getIdentity(context.identityOf, address))
      },
    },
    {
      name: 'create-operation',
      methods: ['POST'],
      path: '/api/v1/operations',
      handle: async (request) => {
        const json = readJsonBody(request)
        // Between reading the JSON and holding it against the model.
        if (!knownChain) throw unsupportedChain(chainId)
        const body = parseOperationBody(json, context.profile)
        limitRate('operations', clientIpOf(request), body.appSignature)
        const { id, createdAt } = await createOperation(context, body)
        return jsonReply(202, { kind: 'OperationCreated', id, created_at: createdAt })
      },
    },
    {
      name: 'get-operation',
      methods: ['GET'],
      path: '/api/v1/operations/{operation_id}',
      handle: async (_request, [id = '']) => {
        if (!knownChain) throw unsupportedChain(chainId)
        return jsonReply(200, await getOperation(context, id))
      },
    },
    {
      name: 'cancel-operation',
      methods: ['POST'],
      path: '/api/v1/operations/{operation_id}/cancel',
      handle: async (request, [id = '']) => {
        if (!knownChain) throw unsupportedChain(chainId)
        limitRate('default', clientIpOf(request))
        await cancelOperation(context, id)
        return emptyReply(204, { 'content-type': 'application/json' })
      },
    },
    ...documentationRoutes(),
  ]
}
