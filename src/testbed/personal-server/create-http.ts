import { STATUS_CODES } from 'node:http'
import { type FastifyInstance, type FastifyReply, fastify } from 'fastify'
import type { Answer, Handle } from './answers.ts'
import { allowAllOrigins } from './cors.ts'

/** A route of the server. */
export type Route = {
  /** Name in the statistics and the log. */
  name: string
  method: 'GET' | 'POST'
  /** With `:name` for a path parameter. */
  path: string
  /** One sentence for the API's description. */
  summary: string
  handle: Handle
}

/**
 * Creates the HTTP server of a list of routes, which answers as FastAPI does: 405 to a known path with another method,
 * HEAD included; 307 to a path with a slash at its end; 404 to any other. Bodies reach the handlers as text.
 *
 * Waits as long as it takes for an answer, as the original does.
 *
 * @param maxBodyBytes a larger body is answered with 413
 * @example await createHttp({ routes, answer, maxBodyBytes: 16_777_216 }).listen({ port: 0 })
 */
export function createHttp(options: {
  routes: readonly Route[]
  answer: Answer
  maxBodyBytes: number
}): FastifyInstance {
  const { routes, answer, maxBodyBytes } = options
  const http = fastify({
    bodyLimit: maxBodyBytes,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    frameworkErrors: (error, _request, reply) => void sendStatus(reply, error.statusCode),
    // For the head and body of a request.
    requestTimeout: 300_000,
    // Idle connections, as in the original.
    keepAliveTimeout: 5_000,
    routerOptions: { maxParamLength: 10_000 },
  })
  http.removeAllContentTypeParsers()
  http.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  http.setErrorHandler<{ statusCode?: number }>((error, _request, reply) =>
    sendStatus(reply, error.statusCode),
  )
  http.setNotFoundHandler(answer('unknown', (_request, reply) => statusBody(reply, 404)))
  allowAllOrigins(http, answer)
  for (const route of routes) addRoute(http, answer, route)
  return http
}

function addRoute(http: FastifyInstance, answer: Answer, { name, method, path, handle }: Route): void {
  const others = http.supportedMethods.filter((other) => other !== method)
  http.route({ method, url: path, handler: answer(name, handle) })
  http.route({
    method: others,
    url: path,
    handler: answer('wrong-method', (_request, reply) => statusBody(reply.header('allow', method), 405)),
  })
  http.all(
    `${path}/`,
    answer('redirect', ({ protocol, host, url }, reply) => {
      const target = url.replace(/\/(?=\?|$)/, '')
      reply.code(307).header('location', `${protocol}://${host}${target}`)
      return ''
    }),
  )
}

/** An answer of the framework itself: a status and its name. */
function statusBody(reply: FastifyReply, status: number): object {
  reply.code(status)
  return { detail: STATUS_CODES[status] }
}

function sendStatus(reply: FastifyReply, status = 500): FastifyReply {
  return reply.send(statusBody(reply, status))
}
