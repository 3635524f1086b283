import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Agent } from 'undici'
import { afterEach, describe, expect, it } from 'vitest'
import { createApiServerClient } from './api-server-client.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

/** Returns a client of a server that always gives this response; `null` cuts the connection. */
async function clientOf(answer: { status: number; error: Record<string, unknown> } | null) {
  const server = createServer((request, response) => {
    if (answer === null) request.socket.destroy()
    else response.writeHead(answer.status).end(JSON.stringify({ success: false, error: answer.error }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const agent = new Agent()
  cleanups.push(
    () => new Promise((resolve) => server.close(resolve)),
    () => agent.destroy(),
  )
  const { port } = server.address() as AddressInfo
  const client = createApiServerClient(agent, `http://127.0.0.1:${port}`, { timeoutMs: 10_000 })
  return { client, server }
}

describe('a failed request for inference', () => {
  it.each([
    [500, { code: 'FILE_ACCESS_ERROR' }, true],
    [404, { code: 'NOT_FOUND_ERROR' }, true],
    [502, { code: 'CHAIN_FAILED' }, true],
    [503, { code: 'SHUTTING_DOWN' }, true],
    [502, { code: 'PERSONAL_SERVER_UNREACHABLE', unsent: true }, true],
    // The operation may exist, or the failure is one of the server's own work.
    [502, { code: 'PERSONAL_SERVER_UNREACHABLE' }, false],
    [504, { code: 'PERSONAL_SERVER_TIMEOUT' }, false],
    [500, { code: 'COMPUTE_ERROR' }, false],
    [500, { code: 'DECRYPTION_ERROR' }, false],
    [500, { code: 'HTTP_500' }, false],
    [500, {}, false],
  ])('with the response %i %o has begun nothing: %s', async (status, error, hasBegunNothing) => {
    const { client } = await clientOf({ status, error })
    const { details } = await client.requestInference('7', AbortSignal.timeout(30_000)).catch((e) => e)
    expect([details.status, details.nothingBegun === true]).toEqual([status, hasBegunNothing])
  })

  it('has begun nothing if the connection was refused, unlike one that was cut', async () => {
    const { client, server } = await clientOf(null)
    const ask = () => client.requestInference('7', AbortSignal.timeout(30_000)).catch((error) => error)
    expect((await ask()).details.nothingBegun).toBeUndefined()
    await new Promise((resolve) => server.close(resolve))
    expect((await ask()).details.nothingBegun).toBe(true)
  })
})
