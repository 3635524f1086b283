import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { ApiReply, ApiRequest } from './api-request.ts'
import type { App } from './app.ts'
import { readAll } from './read-body.ts'

/**
 * Makes the HTTP server of an app. Like the original it limits neither the size of a body nor the time to answer.
 *
 * @example createHttpServer(app).listen(0, '127.0.0.1')
 */
export function createHttpServer(app: App): Server {
  const server = createServer((incoming, outgoing) => {
    serve(app, incoming, outgoing).catch(() => outgoing.destroy())
  })
  server.requestTimeout = 0
  server.on('clientError', (_error, socket) => {
    if (!socket.writable) return
    const body = 'Invalid HTTP request received.'
    socket.end(
      `HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain; charset=utf-8\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )
  })
  return server
}

async function serve(app: App, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const reply = await app(toRequest(incoming, await readAll(incoming)))
  if (!outgoing.destroyed) send(outgoing, reply)
}

function toRequest(incoming: IncomingMessage, body: Buffer): ApiRequest {
  const url = incoming.url ?? '/'
  const queryStart = url.indexOf('?')
  const path = queryStart === -1 ? url : url.slice(0, queryStart)
  return {
    method: incoming.method ?? 'GET',
    path: percentDecoded(path),
    query: queryStart === -1 ? '' : url.slice(queryStart + 1),
    headers: incoming.headers,
    body,
    peer: incoming.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '',
  }
}

function percentDecoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

function send(outgoing: ServerResponse, { status, headers, body }: ApiReply): void {
  const length = body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  outgoing.writeHead(status, { ...headers, ...length })
  outgoing.end(body)
}
