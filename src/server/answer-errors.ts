import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { type ApiError, ApiError as ApiErrorClass, toApiError } from './api-error.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** In which of the two shapes the route answers errors. @default 'data' */
    errorShape?: 'relay' | 'data'
  }
  interface FastifyRequest {
    /** The error code that was answered, for the access log and the counters. */
    answeredError: string | undefined
  }
}

/**
 * Makes every error of a server an answer with a stable code, a fitting HTTP status and no stack trace.
 *
 * The relay answers `{type: 'error', error, code, retriable}`, as the SDK expects of a relayer; all else
 * `{success: false, error: {code, message, status, retriable}}`.
 */
export function answerErrors(server: FastifyInstance, logger: Logger | undefined): void {
  server.decorateRequest('answeredError', undefined)
  server.setErrorHandler((thrown, request, reply) => {
    const error = toApiError(thrown)
    if (error.code === 'INTERNAL')
      logger?.error({ err: thrown, route: request.routeOptions.url }, 'unexpected error')
    return answer(error, request, reply)
  })
  server.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? ''
    const others = (['GET', 'POST'] as const).filter(
      (method) => method !== request.method && server.findRoute({ method, url: path }) !== null,
    )
    const error =
      others.length > 0
        ? new ApiErrorClass('METHOD_NOT_ALLOWED', `Use ${others.join(' or ')}.`)
        : new ApiErrorClass('NOT_FOUND', 'There is no such route; GET /docs lists them.')
    return answer(error, request, reply)
  })
}

/**
 * Answers a request whose path no route can be found for, since it is no valid URL or has too long an id in it. The
 * framework takes this way before any hook, with an answer of its own shape.
 */
export function answerBadPath(_: unknown, request: FastifyRequest, reply: FastifyReply): void {
  void answer(new ApiErrorClass('BAD_REQUEST', 'The path is malformed, or too long.'), request, reply)
}

function answer(error: ApiError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { code, message, status, retriable, retryAfter, details } = error
  request.answeredError = code
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter)
  if (code === 'UNAUTHORIZED') reply.header('www-authenticate', 'Bearer realm="vana-load"')
  reply.code(status)
  const isRelay = request.routeOptions.config?.errorShape === 'relay'
  if (isRelay) return reply.send({ type: 'error', error: message, code, retriable, ...details })
  return reply.send({ success: false, error: { code, message, status, retriable, ...details } })
}
