import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exchange, parseAnswers, type RawAnswer, rawRequest } from './raw-http.fixture.ts'
import { createWorld, type World } from './world.fixture.ts'

let world: World

beforeAll(async () => {
  world = await createWorld({ maxBodyBytes: 200_000 })
})
afterAll(() => world.stop())

const send = async (bytes: string): Promise<RawAnswer> => {
  const [answer] = parseAnswers(await exchange(world.server.port, bytes, 1))
  if (answer === undefined) throw new Error('no answer')
  return answer
}
const line = (target: string, method = 'GET'): string => `${method} ${target} HTTP/1.1`
const isAlive = async () => expect((await world.request('/docs')).status).toBe(200)

describe('1. Endpoints: HTTP', () => {
  it.each([
    ['/api/v1/identity?address=%zz%ff+%c3%a9', 400],
    [`/api/v1/identity?address=0%78${'%61'.repeat(40)}`, 200],
    [`/api/v1/identity?%61ddress=0x${'ab'.repeat(20)}`, 200],
    [`/api/v1/identity??address=0x${'ab'.repeat(20)}`, 422],
    [`/api/v1/identity?Address=0x${'ab'.repeat(20)}`, 422],
    [`/api/v1/identity?address=0x${'ab'.repeat(20)};x=1`, 500],
    [`/api/v1/identity?address=0x${'ab'.repeat(20)}&x&&=`, 200],
    [`/api/v1/operations/${'a'.repeat(5000)}`, 500],
    ['/API/v1/identity', 404],
    ['/api/v1//operations', 404],
    [`/nope?${'x'.repeat(10_000)}`, 404],
  ])('answers GET %.60s with %d', async (target, status) => {
    expect((await send(rawRequest(line(target)))).status).toBe(status)
  })

  it.each([
    ['no HTTP', 'nonsense\r\n\r\n'],
    ['no host', 'GET /nope HTTP/1.1\r\n\r\n'],
    ['an invalid header', 'GET /nope HTTP/1.1\r\nhost: h\r\nbad header\r\n\r\n'],
    ['an invalid length', 'POST /nope HTTP/1.1\r\nhost: h\r\ncontent-length: -5\r\n\r\n'],
    ['two lengths', 'POST /nope HTTP/1.1\r\nhost: h\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    ['an invalid chunk', 'POST /nope HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n'],
  ])('answers %s with 400 and stays up', async (_name, bytes) => {
    const [answer] = parseAnswers(await exchange(world.server.port, bytes))
    expect(answer?.status).toBe(400)
    await isAlive()
  })

  it('reads a body in chunks', async () => {
    const head = rawRequest(line('/api/v1/operations', 'POST'), [
      'transfer-encoding: chunked',
      'connection: close',
    ])
    const text = await exchange(world.server.port, `${head}1\r\n{\r\n1\r\n}\r\n0\r\n\r\n`)
    expect(parseAnswers(text)[0]?.status).toBe(422)
  })
})

describe('6. Concurrency: badly behaved clients', () => {
  it('answers a body above the limit with 413', async () => {
    const { status, json } = await world.request('/api/v1/operations', {
      method: 'POST',
      body: 'x'.repeat(200_001),
    })
    expect([status, json]).toEqual([413, { detail: 'Payload Too Large' }])
    await isAlive()
  })

  it('serves others while a client sends its request slowly', async () => {
    const slow = connect(world.server.port, '127.0.0.1').on('error', () => {})
    slow.write('POST /api/v1/operations HTTP/1.1\r\nhost: h\r\ncontent-length: 10\r\n\r\n{')
    const slower = connect(world.server.port, '127.0.0.1').on('error', () => {})
    slower.write('GET /docs HT')
    await isAlive()
    slow.destroy()
    slower.destroy()
    await isAlive()
  })

  it('serves others after clients have left before their answer', async () => {
    const held: (() => void)[] = []
    const fetched = new Promise<void>((resolve) => {
      world.store.handle('/held', (_incoming, outgoing) => {
        held.push(() => outgoing.end('{}'))
        resolve()
      })
    })
    const id = await world.permit({ grantUrl: `${world.store.origin}/held` })
    const leaving = new AbortController()
    const operation = world.post(id)
    await fetched
    const gone = ['/nope', '/docs', '/api/v1/operations/x'].map((path) =>
      world.request(path, { signal: leaving.signal }),
    )
    while (world.server.stats().queueDepth < 3) await new Promise((resolve) => setImmediate(resolve))
    leaving.abort()
    await Promise.allSettled(gone)
    held[0]?.()
    expect((await operation).status).toBe(500)
    await isAlive()
    expect(world.server.stats().queueDepth).toBe(0)
  })
})
