import type { FastifyInstance } from 'fastify'
import type { Hash } from 'viem'
import { z } from 'zod'
import { ApiError } from './api-error.ts'
import { parseOr400 } from './bad-request.ts'
import type { Relay } from './relay.ts'
import type { createRelayOutcomes } from './relay-outcome.ts'
import { parseRelayRequest, type RelayRules } from './relay-request.ts'
import { addressKey } from './remote-address.ts'

const hashParameter = z.object({
  hash: z
    .string()
    .regex(/^0x[0-9a-fA-F]{64}$/, 'expected a transaction hash')
    .transform((text) => text.toLowerCase() as Hash),
})

/** What the relay's routes work with. */
export type RelayRoutesOptions = {
  relay: Relay
  outcomeOf: ReturnType<typeof createRelayOutcomes>
  rules: RelayRules
  /** Takes a token for a user at an address, or throws. */
  limitUser(user: string): void
  /** Takes a token for a remote address, or throws. */
  limitAddress(address: string): void
}

/**
 * Adds the relay's routes: `POST /api/relay` takes the SDK's signed relayer request, with bigints as decimal strings,
 * and answers `{type: 'signed', hash}`; `GET /api/relay/:hash` says where a relayed transaction stands.
 */
export function addRelayRoutes(server: FastifyInstance, options: RelayRoutesOptions): void {
  const { relay, outcomeOf, rules, limitUser, limitAddress } = options

  server.post('/api/relay', { config: { errorShape: 'relay' } }, async ({ body, ip }) => {
    // Before the signature is recovered: that is the dear part.
    limitAddress(addressKey(ip))
    const request = parseRelayRequest(body, rules)
    // By address as well: a client that repeats what a user has signed uses up only its own tokens.
    if (!relay.knows(request)) limitUser(`${request.user} ${addressKey(ip)}`)
    return { type: 'signed', hash: await relay.submit(request) }
  })

  server.get('/api/relay/:hash', async ({ params }) => {
    const { hash } = parseOr400(hashParameter, params)
    const transaction = relay.lookUp(hash)
    if (transaction === undefined) throw new ApiError('NOT_FOUND', 'This server relayed no such transaction.')
    return { success: true, data: await outcomeOf(transaction) }
  })
}
