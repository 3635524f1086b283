import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Pool } from 'undici'
import { afterEach, describe, expect, it } from 'vitest'
import { exchange } from './exchange.ts'

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

/** Returns a client of a server that sends a number of bytes, or sends forever. */
async function clientOf(bytes: number): Promise<{ client: Pool; cut: Promise<void> }> {
  let onCut: (() => void) | undefined
  const cut = new Promise<void>((resolve) => {
    onCut = resolve
  })
  const server = createServer((_, response) => {
    response.on('close', () => onCut?.())
    let left = bytes
    const pour = (): void => {
      while (left > 0 && !response.destroyed) {
        const chunk = Buffer.alloc(Math.min(left, 100))
        left -= chunk.length
        if (!response.write(chunk)) return void response.once('drain', pour)
      }
      response.end()
    }
    pour()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const client = new Pool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  open.push(async () => {
    await client.destroy()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { client, cut }
}

const request = { method: 'GET', path: '/', headers: {}, timeoutMs: 10_000, maxBodyBytes: 1000 } as const

describe('exchange', () => {
  it('reads a body of the maximum length', async () => {
    const { client } = await clientOf(1000)
    expect((await exchange(client, request)).body).toHaveLength(1000)
  })

  it.each([1001, Number.POSITIVE_INFINITY])(
    'rejects a body of %s bytes and cuts the connection',
    async (bytes) => {
      const { client, cut } = await clientOf(bytes)
      await expect(exchange(client, request)).rejects.toMatchObject({
        code: 'EXCHANGE_TOO_LONG',
        message: 'more than 1000 bytes',
      })
      await cut
    },
  )
})
