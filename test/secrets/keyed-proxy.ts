import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Starts a proxy in front of a server that answers only under a path that begins with a key, and passes the rest on. */
export async function startKeyedProxy(
  upstream: string,
  key: string,
): Promise<{ origin: string; close(): Promise<void> }> {
  const { hostname, port } = new URL(upstream)
  const server = createServer((incoming, response) => {
    const [path = '', search] = (incoming.url ?? '').split('?')
    if (!path.startsWith(`/${key}`)) {
      response.writeHead(401).end()
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
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
