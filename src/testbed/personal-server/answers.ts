import type { FastifyReply, FastifyRequest } from 'fastify'
import { internalError, messageOf, Refusal } from './errors.ts'
import type { ServerLogger } from './options.ts'
import type { SerialQueue } from './serial-queue.ts'
import type { StatsRecorder } from './stats.ts'

/** Handles a request. Returns the body, or throws a {@link Refusal}. */
export type Handle = (request: FastifyRequest, reply: FastifyReply) => unknown

/** Wraps a handler in what every answer has in common. `route` names it in the statistics and the log. */
export type Answer = (
  route: string,
  handle: Handle,
) => (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

/**
 * Makes the wrapper of all handlers: they wait for their turn in a serial server, are counted and logged, and what they
 * throw becomes the answer.
 *
 * @param options `queue`: the line that every request of a serial server waits in, errors and redirects included
 * @example http.get('/a', createAnswers({ stats })('a', () => ({ hello: 'world' })))
 */
export function createAnswers(options: {
  stats: StatsRecorder
  queue?: SerialQueue | undefined
  logger?: ServerLogger | undefined
}): Answer {
  const { stats, queue, logger } = options
  return (route, handle) => {
    const handleCounted = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
      stats.started()
      try {
        const body = await handle(request, reply)
        stats.finished(route, reply.statusCode)
        logger?.debug({ route, status: reply.statusCode }, 'request answered')
        return body
      } catch (error) {
        const { status, code, body, headers } = error instanceof Refusal ? error : internalError(error)
        stats.finished(route, status, code)
        logger?.warn({ route, status, code, reason: messageOf(error) }, 'request refused')
        reply.code(status).headers(headers)
        return body
      }
    }
    return (request, reply) => {
      stats.arrived()
      return queue === undefined
        ? handleCounted(request, reply)
        : queue.run(() => handleCounted(request, reply))
    }
  }
}
