import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How a node answers, by the first segment of the path that it is asked at. */
const answers: Record<string, (echo: string, id: unknown, response: ServerResponse) => void> = {
  /** A JSON-RPC error that quotes the request. */
  echo: (echo, id, response) =>
    response.end(
      JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32600, message: `bad request ${echo}` } }),
    ),
  /** The same, cut as gateways cut. */
  cut: (echo, id, response) =>
    response.end(
      JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32600, message: `${echo.slice(0, 75)}...` } }),
    ),
  unauthorized: (echo, _id, response) => response.writeHead(401).end(`unauthorized: ${echo}`),
  missing: (echo, _id, response) => response.writeHead(404).end(`<h1>not found: ${echo}</h1>`),
  failing: (echo, _id, response) => response.writeHead(500).end(`failed: ${echo}`),
  mainnet: (_echo, id, response) => response.end(JSON.stringify({ jsonrpc: '2.0', id, result: '0x1' })),
  silent: () => undefined,
}

/** Starts a server that quotes the whole request, headers included, in whatever it answers. */
export async function startEchoingNode(): Promise<{
  origin: string
  asked: () => number
  close(): Promise<void>
}> {
  let asked = 0
  const server = createServer((request: IncomingMessage, response) => {
    asked += 1
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text
    })
    request.on('end', () => {
      const url = `http://${request.headers.host}${request.url}`
      const echo = `${request.method} ${url} ${JSON.stringify(request.headers)}`
      const [, mode = ''] = (request.url ?? '').split('/')
      const id = /"id":\s*(\d+)/.exec(body)?.[1]
      ;(answers[mode] ?? answers.echo)?.(echo, Number(id), response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `127.0.0.1:${port}`,
    asked: () => asked,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
