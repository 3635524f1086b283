import type { FastifyInstance } from 'fastify'
import { hostNameOf, isLoopback } from '../http/host-name.ts'
import { ApiError } from './api-error.ts'

/**
 * Answers only requests that call the server by a name of this machine.
 *
 * For a server without a token: a web page may name an address of its own that leads here, and would then be let in by
 * the browser as if it were this server's page. The name in `Host` gives it away.
 */
export function requireLoopbackName(server: FastifyInstance): void {
  server.addHook('onRequest', async ({ headers }) => {
    const host = hostNameOf(headers.host)
    if (isLoopback(host) || host.endsWith('.localhost')) return
    throw new ApiError('HOST_NOT_ALLOWED', 'Without a bearer token this server answers to localhost only.')
  })
}
