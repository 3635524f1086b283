import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Agent } from 'undici'
import { expect, it } from 'vitest'
import { exchange } from './exchange.ts'
import { neverSent } from './never-sent.ts'

const failureAt = async (port: number): Promise<unknown> => {
  const agent = new Agent()
  const request = { method: 'POST', path: '/', headers: {}, body: 'x', timeoutMs: 10_000 } as const
  try {
    return await exchange(agent, { ...request, origin: `http://127.0.0.1:${port}` }).catch((error) => error)
  } finally {
    await agent.destroy()
  }
}

it('distinguishes a refused connection from one that was cut', async () => {
  const server = createServer((request) => request.socket.destroy())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  expect(neverSent(await failureAt(port))).toBe(false)
  await new Promise((resolve) => server.close(resolve))
  expect(neverSent(await failureAt(port))).toBe(true)
})
