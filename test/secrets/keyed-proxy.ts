import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A proxy in front of a server. */
export type KeyedProxy = {
  origin: string
  /** From now on every call is refused with a JSON-RPC error that quotes the request, headers included. */
  refuse(): void
  close(): Promise<void>
}

/** Starts a proxy in front of a server that answers only under a path that begins with a key, and passes the rest on. */
export async function startKeyedProxy(upstream: string, key: string): Promise<KeyedProxy> {
  const { hostname, port } = new URL(upstream)
  let isRefusing = false
  const server = createServer((incoming, response) => {
    const [path = '', search] = (incoming.url ?? '').split('?')
    if (!path.startsWith(`/${key}`)) {
      response.writeHead(401).end()
      return
    }
    if (isRefusing) {
      const { method, url, headers } = incoming
      const message = `bad request ${method} http://${headers.host}${url} ${JSON.stringify(headers)}`
      response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32600, message } }))
      return
    }
    const passed = `${path.slice(key.length + 1) || '/'}${search === undefined ? '' : `?${search}`}`
    const { authorization: _authorization, ...headers } = incoming.headers
    const asked = request({ hostname, port, path: passed, method: incoming.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    asked.on('error', () => response.destroy())
    incoming.pipe(asked)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    refuse() {
      isRefusing = true
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
