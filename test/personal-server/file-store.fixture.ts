import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type Serve = (incoming: IncomingMessage, outgoing: ServerResponse) => void

/** A file server with a handler for each path. */
export type FileStore = {
  origin: string
  /** Puts bytes at a path and gives its URL. */
  put(path: string, body: Uint8Array | string, headers?: Record<string, string>): string
  /** Lets a path be answered by a function. */
  handle(path: string, serve: Serve): string
  requests: { path: string; headers: IncomingHttpHeaders }[]
  stop(): Promise<void>
}

export async function startFileStore(): Promise<FileStore> {
  const paths = new Map<string, Serve>()
  const requests: FileStore['requests'] = []
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? ''
    requests.push({ path, headers: incoming.headers })
    const serve = paths.get(path)
    if (serve === undefined) outgoing.writeHead(404).end('nothing here')
    else serve(incoming, outgoing)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    requests,
    put(path, body, headers = {}) {
      paths.set(path, (_incoming, outgoing) => {
        outgoing.writeHead(200, { 'content-length': Buffer.byteLength(body), ...headers }).end(body)
      })
      return origin + path
    },
    handle(path, serve) {
      paths.set(path, serve)
      return origin + path
    },
    async stop() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
