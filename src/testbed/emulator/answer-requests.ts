import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { BaseLogger } from 'pino'
import type { EmulatorCounters } from './counters.ts'
import type { Exchange } from './exchange.ts'
import { backendError, ServiceError } from './service-error.ts'

/** How one emulated service answers. */
export type EmulatedService = {
  /** Answers a request. @throws ServiceError to refuse it */
  route(exchange: Exchange): Promise<void> | void
  /** Writes an error in the service's own shape. */
  sendError(exchange: Exchange, error: ServiceError): void
}

/**
 * Creates the request listener of one emulator. Every failure becomes an error answer in the service's shape. Only
 * faults of the emulator itself are logged, and callers never see their cause.
 *
 * @returns the listener, and `settled`, which waits until no request is being handled, cut-off ones included
 */
export function answerRequests(
  service: EmulatedService,
  base: { counters: EmulatorCounters; now: () => Date },
  logger?: Pick<BaseLogger, 'error'>,
): { listener: RequestListener; settled(): Promise<void> } {
  const { counters, now } = base
  const running = new Set<Promise<void>>()

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const exchange = toExchange(request, response, now())
    try {
      await service.route(exchange)
    } catch (error) {
      // The caller has disconnected, so there is nobody to answer.
      if (response.socket === null || response.socket.destroyed) return
      if (!(error instanceof ServiceError)) logger?.error({ err: error }, 'storage emulator: request failed')
      if (response.headersSent) {
        response.destroy()
        return
      }
      // The rest of a half-read body precedes the next request on this connection.
      request.resume()
      service.sendError(exchange, error instanceof ServiceError ? error : backendError())
    }
  }

  function listener(request: IncomingMessage, response: ServerResponse): void {
    counters.requests++
    counters.inFlight++
    response.once('close', () => {
      counters.inFlight--
      if (response.statusCode >= 400) counters.errors++
    })
    const work = answer(request, response)
    running.add(work)
    void work.finally(() => running.delete(work))
  }

  return {
    listener,
    async settled() {
      await Promise.all(running)
    },
  }
}

function toExchange(request: IncomingMessage, response: ServerResponse, now: Date): Exchange {
  const [, rawPath = '/', rawQuery = ''] = /^([^?]*)\??(.*)$/s.exec(request.url ?? '/') ?? []
  const { method = 'GET' } = request
  const query = new URLSearchParams(rawQuery)
  return { request, response, method, rawPath, rawQuery, query, origin: originOf(request), now }
}

/** Returns this server's address as the caller knows it, so that links lead back through the same proxy. */
function originOf(request: IncomingMessage): string {
  const { host = '' } = request.headers
  if (/^[\w.-]+(:\d{1,5})?$/.test(host)) return `http://${host}`
  const { localAddress, localPort } = request.socket
  return `http://${localAddress}:${localPort}`
}

/** Answers what is not HTTP, or exceeds the header limit, and closes the connection. */
export function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const status =
    error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request'
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
