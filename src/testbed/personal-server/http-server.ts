import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ApiReply, ApiRequest } from './api-request.ts'
import type { App } from './app.ts'
import type { HeldBody, TakeBody } from './body-budget.ts'
import { unquote } from './python-unquote.ts'

/** As the parser of the original's server. */
const maxHeaderBytes = 65_536
/** The original waits for ever for the head and the body of a request; only a client that is lost would notice. */
const headTimeoutMs = 60_000
const requestTimeoutMs = 300_000
/** After this the original closes an idle connection, too. */
const idleTimeoutMs = 5_000
const serverName = 'uvicorn'

/**
 * Makes the HTTP server of an app. Like the original it does not limit the time to answer.
 *
 * @example createHttpServer(app, createBodyBudget(16_777_216)).listen(0, '127.0.0.1')
 */
export function createHttpServer(app: App, takeBody: TakeBody): Server {
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    serve(app, takeBody, incoming, outgoing).catch(() => outgoing.destroy())
  }
  const server = createServer(
    {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: headTimeoutMs,
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: idleTimeoutMs,
      requireHostHeader: false,
    },
    listener,
  )
  // An expectation other than `100-continue` means nothing to the original.
  server.on('checkExpectation', listener)
  server.on('connect', refuseTunnel)
  server.on('clientError', (_error, socket) => refuseNoHttp(socket))
  return server
}

async function serve(
  app: App,
  takeBody: TakeBody,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const { socket } = incoming
  const body = await takeBody(incoming)
  try {
    // Only HTTP/1.0 does without a host.
    if (incoming.headers.host === undefined && incoming.httpVersion === '1.1') return refuseNoHttp(socket)
    const reply = await app(toRequest(incoming, body))
    if (!outgoing.destroyed) send(outgoing, reply)
  } finally {
    body.release()
  }
}

function toRequest(incoming: IncomingMessage, { bytes, tooLarge }: HeldBody): ApiRequest {
  const { socket, headers, method = 'GET', url = '/' } = incoming
  const queryStart = url.indexOf('?')
  return {
    method,
    path: unquote(queryStart === -1 ? url : url.slice(0, queryStart)),
    query: queryStart === -1 ? '' : url.slice(queryStart + 1),
    headers,
    body: bytes,
    bodyTooLarge: tooLarge,
    peer: socket.remoteAddress?.replace(/^::ffff:/, '') ?? '',
    host: authorityOf(socket),
  }
}

function authorityOf(socket: Socket): string {
  const { address, port } = socket.address() as Partial<AddressInfo>
  return `${address}:${port}`
}

function send(outgoing: ServerResponse, { status, headers, body }: ApiReply): void {
  const length = body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  // The original says nothing of a connection that it keeps.
  if (outgoing.shouldKeepAlive) outgoing.removeHeader('connection')
  outgoing.writeHead(status, { server: serverName, ...headers, ...length })
  outgoing.end(body)
}

/** A tunnel is a path like any other to the original, and one that it does not know. */
function refuseTunnel(_incoming: IncomingMessage, socket: Duplex): void {
  endWith(socket, '404 Not Found', 'application/json', '{"detail":"Not Found"}')
}

function refuseNoHttp(socket: Duplex): void {
  endWith(socket, '400 Bad Request', 'text/plain; charset=utf-8', 'Invalid HTTP request received.')
}

function endWith(socket: Duplex, status: string, contentType: string, body: string): void {
  // The client may be gone by now; nobody else listens.
  socket.on('error', () => socket.destroy())
  if (!socket.writable) return
  const head = [`HTTP/1.1 ${status}`, `content-type: ${contentType}`, 'connection: close']
  socket.end([...head, `content-length: ${body.length}`, '', body].join('\r\n'))
}
