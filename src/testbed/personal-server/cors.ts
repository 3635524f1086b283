import type { FastifyInstance } from 'fastify'
import type { Answer } from './answers.ts'

const methods = 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT'

/** Allows requests from any origin, with credentials, and answers preflights on any path. */
export function allowAllOrigins(http: FastifyInstance, answer: Answer): void {
  const preflight = answer('preflight', ({ headers }, reply) => {
    reply.headers({
      vary: 'Origin',
      'access-control-allow-origin': headers.origin,
      'access-control-allow-methods': methods,
      'access-control-max-age': '600',
    })
    const wanted = headers['access-control-request-headers']
    if (wanted !== undefined) reply.header('access-control-allow-headers', wanted)
    return 'OK'
  })
  http.addHook('onRequest', async (request, reply) => {
    const { origin, 'access-control-request-method': wanted } = request.headers
    if (origin === undefined) return
    reply.headers({ 'access-control-allow-origin': '*', 'access-control-allow-credentials': 'true' })
    if (request.method === 'OPTIONS' && wanted !== undefined)
      return reply.send(await preflight(request, reply))
  })
}
