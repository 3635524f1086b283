import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createEndpoint } from './endpoint.ts'

describe('an endpoint', () => {
  it('uses the credentials, path and query of its URL', async () => {
    const seen: unknown[] = []
    const server = createServer((request, response) => {
      seen.push([request.url, request.headers.authorization])
      response.end('{"result":1}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
    for (const [written, meant] of [
      ['me:p%40ss', 'me:p@ss'],
      ['100%er:%e2%82%ac%', '100%er:€%'],
      ['me:%ff', 'me:%ff'],
    ] as const) {
      const endpoint = createEndpoint(`http://${written}@127.0.0.1:${port}/v2/key?x=1`, { connections: 1 })
      await endpoint.post('{}', { timeoutMs: 1000 })
      expect(seen.splice(0)).toEqual([['/v2/key?x=1', basic(meant)]])
      await endpoint.close()
    }
    await new Promise((resolve) => server.close(resolve))
  })
})
