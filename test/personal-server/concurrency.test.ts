import type { ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import type { PersonalServerOptions } from '../../src/testbed/personal-server/options.ts'
import { createWorld, grantOf, type World } from './world.fixture.ts'

let world: World | undefined

afterEach(async () => {
  await world?.stop()
  world = undefined
})

/** A server and a permission whose grant the store holds back until `release`. */
const withHeldGrant = async (options: Partial<PersonalServerOptions>) => {
  const made = await createWorld({ ...options, metricsRoute: '/metrics' })
  world = made
  const held: ServerResponse[] = []
  let arrived = (): void => {}
  const waitForFetch = new Promise<void>((resolve) => {
    arrived = resolve
  })
  const grantUrl = made.store.handle('/held', (_incoming, outgoing) => {
    held.push(outgoing)
    arrived()
  })
  const held1 = await made.permit({ grantUrl })
  return {
    world: made,
    permissionId: held1,
    waitForFetch,
    release: () => {
      for (const outgoing of held.splice(0)) outgoing.end(JSON.stringify(grantOf()))
    },
  }
}
const queueDepth = async (of: World, depth: number): Promise<void> => {
  for (;;) {
    const { json } = await of.request('/metrics')
    if ((json as { queueDepth: number }).queueDepth === depth) return
  }
}

describe('6. Concurrency', () => {
  it('is one request in a serial server: identities, reads and errors wait behind an operation', async () => {
    const { world, permissionId, waitForFetch, release } = await withHeldGrant({})
    const order: string[] = []
    const log = (name: string) => (): void => {
      order.push(name)
    }
    const operation = world.post(permissionId).then(log('operation'))
    await waitForFetch
    const waiting: Promise<void>[] = []
    for (const [index, path] of [
      '/api/v1/operations/x',
      `/api/v1/identity?address=0x${'ab'.repeat(20)}`,
      '/nope',
    ].entries()) {
      waiting.push(world.request(path).then(log(path)))
      await queueDepth(world, index + 1)
    }
    expect(order).toEqual([])
    release()
    await Promise.all([operation, ...waiting])
    expect(order).toEqual([
      'operation',
      '/api/v1/operations/x',
      `/api/v1/identity?address=0x${'ab'.repeat(20)}`,
      '/nope',
    ])
  })

  it('continues after a failed request', async () => {
    world = await createWorld()
    const answers = await Promise.all([
      world.request('/api/v1/operations/x'),
      world.post('{}'),
      world.request('/docs'),
    ])
    expect(answers.map(({ status }) => status)).toEqual([500, 400, 200])
  })

  it('is any number of requests in a parallel server', async () => {
    const { world, permissionId, waitForFetch, release } = await withHeldGrant({ concurrency: 'parallel' })
    const operation = world.post(permissionId)
    await waitForFetch
    expect((await world.request('/docs')).status).toBe(200)
    expect((await world.post(await world.permit())).status).toBe(202)
    release()
    expect((await operation).status).toBe(202)
  })
})
