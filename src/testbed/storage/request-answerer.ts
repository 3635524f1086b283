import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { BaseLogger } from 'pino'
import type { EmulatorCounters } from './counters.ts'
import type { Exchange } from './exchange.ts'
import { backendError, ServiceError } from './service-error.ts'

/** How one emulated service answers. */
export type EmulatedService = {
  counters: EmulatorCounters
  now: () => Date
  /** Answers a request. @throws ServiceError for whatever is refused */
  route(exchange: Exchange): Promise<void>
  /** Writes an error in the service's own shape. */
  sendError(exchange: Exchange, error: ServiceError): void
}

/** Answers the requests of one emulator. */
export type RequestAnswerer = {
  listener: RequestListener
  /** Waits until no request is being worked on; a connection that is cut still leaves something to tidy up. */
  settled(): Promise<void>
}

/**
 * Creates what answers every request of one emulator. Whatever goes wrong ends in an error answer in the service's
 * shape; only faults of the emulator itself are logged, and none of them is told to the caller.
 */
export function createRequestAnswerer(
  service: EmulatedService,
  logger?: Pick<BaseLogger, 'error'>,
): RequestAnswerer {
  const { counters } = service
  const running = new Set<Promise<void>>()

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const exchange = toExchange(request, response, service.now())
    try {
      await service.route(exchange)
    } catch (error) {
      // The caller has gone away: nobody is left to be told, and it is no fault of ours.
      if (response.socket === null || response.socket.destroyed) return
      if (!(error instanceof ServiceError)) logger?.error({ err: error }, 'storage emulator: request failed')
      if (response.headersSent) {
        response.destroy()
        return
      }
      // What is left of a half-read body stands before the next request on this connection.
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
  const url = request.url ?? '/'
  const mark = url.indexOf('?')
  const rawPath = mark === -1 ? url : url.slice(0, mark)
  const rawQuery = mark === -1 ? '' : url.slice(mark + 1)
  return {
    request,
    response,
    method: request.method ?? 'GET',
    rawPath,
    rawQuery,
    query: new URLSearchParams(rawQuery),
    origin: originOf(request),
    now,
  }
}

/** The caller's own name for this server: links and upload locations then lead back through the same proxy. */
function originOf(request: IncomingMessage): string {
  const { host = '' } = request.headers
  if (/^[\w.-]+(:\d{1,5})?$/.test(host)) return `http://${host}`
  const { localAddress, localPort } = request.socket
  return `http://${localAddress}:${localPort}`
}

/** Answers what is not HTTP, or has headers past the limit, and closes the connection. */
export function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const status =
    error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request'
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
