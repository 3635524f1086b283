import { type FastifyInstance, fastify } from 'fastify'
import type { Logger } from 'pino'
import type { Clock } from '../async/clock.ts'
import { requireLoopbackName } from './allowed-host.ts'
import { answerBadPath, answerErrors } from './answer-errors.ts'
import type { CompleteLimits } from './api-server-options.ts'
import { requireBearerToken } from './bearer-token.ts'
import { createRateLimiter } from './rate-limiter.ts'
import { addressKey } from './remote-address.ts'
import type { RequestCounter } from './server-stats.ts'

/** Settings of {@link createHttp}. */
export type HttpOptions = {
  limits: CompleteLimits
  /** Bearer token that clients must send. Without it only requests to a name of this machine are answered. */
  token: string | undefined
  requests: RequestCounter
  /** Whether the server is stopping: then connections end with their answers. */
  isStopping(): boolean
  logger: Logger | undefined
  clock: Clock
}

/** Makes the HTTP side of the API server, without its routes: limits, authorization, counting, the access log and errors. */
export function createHttp(options: HttpOptions): FastifyInstance {
  const { limits, token, requests, isStopping, logger, clock } = options
  const http = fastify({
    logger: false,
    bodyLimit: limits.bodyBytes,
    // For headers and body together: a client that sends slowly must not hold a connection for ever.
    requestTimeout: 30_000,
    http: { maxHeaderSize: 16_384, headersTimeout: 15_000, connectionsCheckingInterval: 5_000 },
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    frameworkErrors: answerBadPath,
  })
  http.server.maxConnections = limits.maxConnections
  answerErrors(http, logger)
  http.addHook('onRequest', async () => requests.began())
  http.addHook('onResponse', async (request, reply) => {
    const { answeredError: error, ip: remote } = request
    const route = `${request.method} ${request.routeOptions.url ?? '(none)'}`
    const status = reply.statusCode
    requests.ended(route, status, error)
    logger?.info({ route, status, ms: Math.round(reply.elapsedTime), remote, error }, 'request')
  })
  http.addHook('onSend', async (_, reply) => {
    // A connection must not stay open after an answer that is sent while the server stops.
    if (isStopping()) reply.header('connection', 'close')
  })
  const limitRequests = createRateLimiter(limits.requestsPerAddress, clock)
  http.addHook('onRequest', async ({ ip }) => limitRequests(addressKey(ip)))
  if (token) requireBearerToken(http, token)
  else requireLoopbackName(http)
  return http
}
