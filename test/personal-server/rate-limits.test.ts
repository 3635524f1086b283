import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { createWorld, type World } from './world.fixture.ts'

const address = `0x${'ab'.repeat(20)}`
const hourStart = Date.parse('2025-09-05T12:00:00.000Z')

let now = hourStart
const worlds: World[] = []

/** A server with new counters. Each client below has its own address. */
const limited = async (limits: object): Promise<World> => {
  const world = await createWorld({ clock: () => now, rateLimits: limits })
  worlds.push(world)
  return world
}
afterAll(() => Promise.all(worlds.map((world) => world.stop())))
beforeEach(() => {
  now = hourStart
})

const identity = (world: World, ip: string, of = address) =>
  world.request(`/api/v1/identity?address=${of}`, { headers: { 'x-forwarded-for': ip } })
const cancel = (world: World, ip: string) =>
  world.request('/api/v1/operations/x/cancel', { method: 'POST', headers: { 'x-forwarded-for': ip } })
const post = (world: World, ip: string, app_signature = 'x', more: object = {}) =>
  world.request('/api/v1/operations', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': ip },
    body: JSON.stringify({ app_signature, operation_request_json: '{}', ...more }),
  })
const statuses = async (
  count: number,
  send: (index: number) => Promise<{ status: number }>,
): Promise<number[]> => {
  const all: number[] = []
  for (let index = 0; index < count; index++) all.push((await send(index)).status)
  return all
}

describe('6. Rate limits', () => {
  it('are off by default', async () => {
    const world = await createWorld()
    worlds.push(world)
    expect(new Set(await statuses(150, () => identity(world, 'a')))).toEqual(new Set([200]))
  })

  it('allow 120 identities per minute of the clock', async () => {
    const world = await limited({})
    now = hourStart + 59_000
    expect(
      new Set(await statuses(120, (i) => identity(world, 'a', `0x${String(i).padStart(40, '0')}`))),
    ).toEqual(new Set([200]))
    expect((await identity(world, 'a', `0x${'cd'.repeat(20)}`)).status).toBe(429)
    now = hourStart + 60_000
    expect((await identity(world, 'a')).status).toBe(200)
  })

  it('allow 100 operations per hour and 60 cancels per minute, whatever their outcome', async () => {
    const world = await limited({})
    expect(await statuses(101, (i) => post(world, 'a', `s${i}`))).toEqual([...Array(100).fill(400), 429])
    expect(await statuses(61, () => cancel(world, 'b'))).toEqual([...Array(60).fill(500), 429])
    now = hourStart + 3_600_000 - 1
    expect((await post(world, 'a', 'new')).status).toBe(429)
    now = hourStart + 3_600_000
    expect((await post(world, 'a', 'new')).status).toBe(400)
  })

  it('have their own answer, with four headers', async () => {
    const world = await limited({ operationsPerHour: 1 })
    await post(world, 'a')
    now = hourStart + 600_500
    const { status, json, headers } = await post(world, 'a')
    expect(status).toBe(429)
    expect(json).toEqual({
      detail: { detail: 'Rate limit exceeded. Try again in 2999 seconds', error_code: 'RATE_LIMIT_ERROR' },
    })
    expect(headers.get('x-ratelimit-limit')).toBe('1')
    expect(headers.get('x-ratelimit-remaining')).toBe('0')
    expect(headers.get('x-ratelimit-reset')).toBe(`${(hourStart + 3_600_000) / 1000}.0`)
    expect(headers.get('retry-after')).toBe('2999')
  })

  it('omit Retry-After in the last second', async () => {
    const world = await limited({ identityPerMinute: 0 })
    now = hourStart + 59_500
    const { json, headers } = await identity(world, 'a')
    expect(json).toMatchObject({ detail: { detail: 'Rate limit exceeded. Try again in 0 seconds' } })
    expect(headers.get('retry-after')).toBeNull()
  })

  it('add no headers to success', async () => {
    const { headers } = await identity(await limited({}), 'a')
    expect([...headers.keys()].filter((name) => name.startsWith('x-ratelimit'))).toEqual([])
  })

  it('count a signature, and a requested address, across IP addresses', async () => {
    const world = await limited({ operationsPerHour: 2, identityPerMinute: 2 })
    expect(await statuses(3, (i) => post(world, `ip${i}`, 'same'))).toEqual([400, 400, 429])
    expect((await post(world, 'ip9', 'other')).status).toBe(400)
    expect(await statuses(3, (i) => identity(world, `ip${i}`))).toEqual([200, 200, 429])
    // The text of the address counts, with its case.
    expect((await identity(world, 'ip9', address.toUpperCase().replace('0X', '0x'))).status).toBe(200)
  })

  it('count the IP address first: a request that it refuses does not count for the signature', async () => {
    const world = await limited({ operationsPerHour: 2 })
    expect(await statuses(4, () => post(world, 'a', 'same'))).toEqual([400, 400, 429, 429])
    const other = await limited({ operationsPerHour: 2 })
    expect(await statuses(2, (i) => post(other, 'a', `s${i}`))).toEqual([400, 400])
    expect((await post(other, 'a', 'same')).status).toBe(429)
    expect(await statuses(3, (i) => post(other, `b${i}`, 'same'))).toEqual([400, 400, 429])
  })

  it('share one counter of an IP address between identities and cancels, each with its own limit', async () => {
    const world = await limited({ identityPerMinute: 4, defaultPerMinute: 2 })
    const next = (i: number) => identity(world, 'a', `0x${String(i).padStart(40, '0')}`)
    expect(await statuses(2, next)).toEqual([200, 200])
    expect((await cancel(world, 'a')).status).toBe(429)
    expect(await statuses(2, (i) => next(i + 2))).toEqual([200, 429])
  })

  it('count operations apart from those', async () => {
    const world = await limited({ identityPerMinute: 1, operationsPerHour: 1 })
    expect((await identity(world, 'a')).status).toBe(200)
    expect((await post(world, 'a')).status).toBe(400)
  })

  it('ignore requests that fail validation, and never limit status reads', async () => {
    const world = await limited({ operationsPerHour: 1, identityPerMinute: 1, defaultPerMinute: 1 })
    expect(await statuses(3, () => post(world, 'a', 'x', { app_signature: 5 }))).toEqual([422, 422, 422])
    expect((await post(world, 'a')).status).toBe(400)
    const get = () => world.request('/api/v1/operations/x', { headers: { 'x-forwarded-for': 'a' } })
    expect(await statuses(5, get)).toEqual(Array(5).fill(500))
  })

  it('identify a client by the first forwarded address, then by X-Real-IP, then by its connection', async () => {
    const world = await limited({ defaultPerMinute: 1 })
    const by = (headers: Record<string, string>) =>
      world.request('/api/v1/operations/x/cancel', { method: 'POST', headers })
    expect((await by({ 'x-forwarded-for': ' one , two', 'x-real-ip': 'three' })).status).toBe(500)
    expect((await by({ 'x-forwarded-for': 'one' })).status).toBe(429)
    expect((await by({ 'x-real-ip': 'two' })).status).toBe(500)
    expect((await by({ 'x-real-ip': 'two' })).status).toBe(429)
    expect((await by({})).status).toBe(500)
    expect((await by({ 'x-forwarded-for': '127.0.0.1' })).status).toBe(429)
  })

  it('do not apply to the whitelist', async () => {
    const world = await limited({ defaultPerMinute: 1, whitelist: ['friend'] })
    expect(await statuses(5, () => cancel(world, 'friend'))).toEqual(Array(5).fill(500))
    expect(await statuses(2, () => cancel(world, 'other'))).toEqual([500, 429])
  })
})
