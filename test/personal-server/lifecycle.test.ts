import { afterEach, describe, expect, it } from 'vitest'
import {
  type PersonalServer,
  startPersonalServer,
} from '../../src/testbed/personal-server/start-personal-server.ts'
import { createWorld, mnemonic, type World } from './world.fixture.ts'

const worlds: World[] = []
const servers: PersonalServer[] = []

afterEach(async () => {
  await Promise.all([...worlds.splice(0), ...servers.splice(0)].map((each) => each.stop()))
})

const make = async (options: Parameters<typeof createWorld>[0] = {}): Promise<World> => {
  const world = await createWorld(options)
  worlds.push(world)
  return world
}
const basics = { rpcUrl: 'http://127.0.0.1:1', chainId: 14800, mnemonic }

describe('a personal server', () => {
  it('has a URL that fits the SDK: no slash at the end', async () => {
    const { server } = await make()
    expect(server.url).toBe(`http://127.0.0.1:${server.port}/api/v1`)
  })

  it('refuses an invalid mnemonic without repeating it', async () => {
    const words = 'these words are secret'
    const start = startPersonalServer({ ...basics, mnemonic: words })
    await expect(start).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await start.catch((error: Error) => {
      expect(`${error.message} ${String(error.cause)}`).not.toContain('secret')
    })
  })

  it('reports a taken port', async () => {
    const { server } = await make()
    await expect(startPersonalServer({ ...basics, port: server.port })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
    })
  })

  it('stops when its signal aborts, and does not start with an aborted one', async () => {
    const controller = new AbortController()
    const server = await startPersonalServer({ ...basics, signal: controller.signal })
    servers.push(server)
    controller.abort()
    await server.stop()
    await expect(fetch(`${server.url}/identity`)).rejects.toThrow()
    await expect(startPersonalServer({ ...basics, signal: controller.signal })).rejects.toMatchObject({
      code: 'ABORTED',
    })
  })

  it('stops at once, also while requests wait for a store or for their turn', async () => {
    const world = await make()
    const fetched = new Promise<void>((resolve) => {
      world.store.handle('/never', () => resolve())
    })
    const id = await world.permit({ grantUrl: `${world.store.origin}/never` })
    const fate = (answer: Promise<{ status: number }>) => answer.then(String, () => 'dropped')
    const operation = fate(world.post(id))
    await fetched
    const waiting = fate(world.request('/docs'))
    while (world.server.stats().queueDepth === 0) await new Promise((resolve) => setImmediate(resolve))
    await world.server.stop()
    await world.server.stop()
    expect(await Promise.all([operation, waiting])).toEqual(['dropped', 'dropped'])
  })

  it('counts its answers, and shows the figures only on the configured page', async () => {
    const world = await make({ metricsRoute: '/__testbed/metrics' })
    await world.post(await world.permit())
    await world.post('{}')
    await world.post('{}')
    await world.request('/nope')
    await world.request('/api/v1/operations', { method: 'POST' })
    const { status, json } = await world.request('/__testbed/metrics')
    expect(status).toBe(200)
    expect(json).toEqual({
      operations: 1,
      rejections: { VALIDATION_ERROR_OPERATION_REQUEST_JSON: 2, HTTP_404: 1, HTTP_422: 1 },
      queueDepth: 0,
      busyMs: expect.any(Number),
      served: { identity: 1, 'create-operation': 4, unknown: 1 },
    })
    const { busyMs, ...rest } = world.server.stats()
    expect(json).toMatchObject(rest)
    expect(busyMs).toBeGreaterThan(0)
    expect((await (await make()).request('/__testbed/metrics')).status).toBe(404)
  })

  it('logs refusals by route and code', async () => {
    const lines: object[] = []
    const logger = { debug: () => {}, warn: (facts: object) => void lines.push(facts) }
    const world = await make({ logger })
    await world.request('/api/v1/identity?address=x')
    expect(lines).toEqual([
      {
        route: 'identity',
        status: 400,
        code: 'VALIDATION_ERROR_USER_ADDRESS',
        reason: 'Invalid user address format',
      },
    ])
  })

  it('answers 500 and stays up after an unexpected failure', async () => {
    const provider = { create: async () => null, get: async () => null, cancel: async () => null }
    const world = await make({ provider: provider as never })
    for (const path of ['/api/v1/operations/x', '/api/v1/operations/x']) {
      const { status, text } = await world.request(path)
      expect(status).toBe(500)
      expect(text).not.toMatch(/\.ts|node:/)
    }
  })
})
