import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createEndpoint, parseRetryAfter } from './endpoint.ts'

describe('Retry-After', () => {
  const now = Date.parse('2025-09-05T12:00:00Z')
  it.each([
    ['2', 2000],
    ['0', 0],
    ['0.25', 250],
    ['Fri, 05 Sep 2025 12:00:03 GMT', 3000],
    ['Fri, 05 Sep 2025 11:00:00 GMT', 0],
    ['soon', undefined],
    [undefined, undefined],
    [['7', '9'], 7000],
  ])('%s is %s ms', (header, expected) => {
    expect(parseRetryAfter(header, now)).toBe(expected)
  })
})

describe('an endpoint', () => {
  it('uses the credentials, path and query of its URL', async () => {
    const seen: unknown[] = []
    const server = createServer((request, response) => {
      seen.push([request.url, request.headers.authorization])
      response.end('{}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const endpoint = createEndpoint(`http://me:p%40ss@127.0.0.1:${port}/v2/key?x=1`, { connections: 1 })
    await endpoint.post('{}', { timeoutMs: 1000 })
    expect(seen).toEqual([['/v2/key?x=1', `Basic ${Buffer.from('me:p@ss').toString('base64')}`]])
    await endpoint.close()
    await new Promise((resolve) => server.close(resolve))
  })
})
