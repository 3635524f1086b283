import { once } from 'node:events'
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
const detailOf = ({ body }: RawAnswer): unknown => (JSON.parse(body) as { detail: unknown }).detail

// What FastAPI on Starlette and uvicorn answer, tried with them.
describe('1. Endpoints: HTTP', () => {
  it('names the server and says nothing of a connection that it keeps', async () => {
    const { headers } = await send(rawRequest(line('/nope')))
    expect([...headers.keys()].sort()).toEqual(['content-length', 'content-type', 'date', 'server'])
    expect(headers.get('server')).toBe('uvicorn')
    const closing = await send(rawRequest(line('/nope'), ['connection: close']))
    expect(closing.headers.get('connection')).toBe('close')
  })

  it('gives 204 no length, but a type', async () => {
    const { json } = await world.post(await world.permit())
    const { id } = json as { id: string }
    const answer = await send(rawRequest(line(`/api/v1/operations/${id}/cancel`, 'POST')))
    expect(answer.status).toBe(204)
    expect([...answer.headers.keys()].sort()).toEqual(['content-type', 'date', 'server'])
    expect(answer.headers.get('content-type')).toBe('application/json')
  })

  it.each([
    ['/api/v1/identity?address=%zz%ff+%c3%a9', 400],
    [`/api/v1/identity?address=0%78${'%61'.repeat(40)}`, 200],
    [`/api/v1/%69dentity?address=0x${'ab'.repeat(20)}`, 200],
    [`/api/v1/identity?address=0x${'ab'.repeat(20)}%0A`, 200],
    [`/api/v1/identity?address=0x${'ab'.repeat(20)}%0A%0A`, 500],
    [`/api/v1/identity%0A?address=0x${'ab'.repeat(20)}`, 200],
    [`/api/v1/identity?%61ddress=0x${'ab'.repeat(20)}`, 200],
    [`/api/v1/identity??address=0x${'ab'.repeat(20)}`, 422],
    [`/api/v1/identity?Address=0x${'ab'.repeat(20)}`, 422],
    [`/api/v1/identity?address=0x${'ab'.repeat(20)};x=1`, 500],
    [`/api/v1/identity?address=0x${'ab'.repeat(20)}&address`, 400],
    [`/api/v1/identity?address=0x${'ab'.repeat(20)}&x&&=`, 200],
    ['/api/v1/operations/%zz%ff%20', 500],
    ['/API/v1/identity', 404],
    ['/api/v1//operations', 404],
    ['/api/v1/operations//cancel', 404],
    ['http://h/api/v1/identity', 404],
    [`/api/v1/identity#x?address=0x${'ab'.repeat(20)}`, 404],
    [`/nope?${'x'.repeat(60_000)}`, 404],
    ['/docs/oauth2-redirect', 200],
  ])('answers GET %.60s with %d', async (target, status) => {
    expect((await send(rawRequest(line(target)))).status).toBe(status)
  })

  it.each([
    ['/api/v1/operations/a|b^%7c/?a="<b', '/api/v1/operations/a%7Cb%5E%7C?a=%22%3Cb'],
    ['/api/v1/operations/?', '/api/v1/operations'],
    ['/api/v1/identity///?a=%zz', '/api/v1/identity?a=%zz'],
  ])('redirects %s', async (target, location) => {
    const { status, headers, body } = await send(rawRequest(line(target)))
    expect(status).toBe(307)
    expect(headers.get('location')).toBe(`http://h${location}`)
    expect(headers.get('content-length')).toBe('0')
    expect(body).toBe('')
  })

  it('redirects a client of HTTP/1.0, which names no host, to where it is', async () => {
    const { headers } = await send('GET /api/v1/operations/?x HTTP/1.0\r\n\r\n')
    expect(headers.get('location')).toBe(`http://127.0.0.1:${world.server.port}/api/v1/operations?x`)
  })

  it.each([
    [line('foo:80', 'CONNECT'), []],
    [line('*', 'OPTIONS'), []],
    [line('/nope', 'PATCH'), ['expect: something']],
    [line('/nope'), ['connection: upgrade', 'upgrade: websocket', 'sec-websocket-version: 13']],
  ])('answers %s with 404 like any other', async (start, headers) => {
    const answer = await send(rawRequest(start, headers))
    expect([answer.status, detailOf(answer)]).toEqual([404, 'Not Found'])
  })

  it.each([
    ['no HTTP', 'nonsense\r\n\r\n'],
    ['no host', 'GET /nope HTTP/1.1\r\n\r\n'],
    ['a header that is none', 'GET /nope HTTP/1.1\r\nhost: h\r\nbad header\r\n\r\n'],
    ['a length that is none', 'POST /nope HTTP/1.1\r\nhost: h\r\ncontent-length: -5\r\n\r\n'],
    ['two lengths', 'POST /nope HTTP/1.1\r\nhost: h\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    [
      'more headers than it keeps',
      `GET /nope HTTP/1.1\r\nhost: h\r\n${`x: ${'y'.repeat(100)}\r\n`.repeat(1000)}\r\n`,
    ],
    ['a broken chunk', 'POST /nope HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n'],
  ])('answers %s with 400 and closes', async (_name, bytes) => {
    const [answer, ...more] = parseAnswers(await exchange(world.server.port, bytes))
    expect(answer?.status).toBe(400)
    expect(answer?.body).toBe('Invalid HTTP request received.')
    expect(answer?.headers.get('connection')).toBe('close')
    expect(more).toEqual([])
  })

  it('refuses garbage behind requests that came in one go with it', async () => {
    const bytes = `${rawRequest(line('/docs', 'HEAD'))}${rawRequest(line('/nope'))}garbage\r\n\r\n`
    const text = await exchange(world.server.port, bytes)
    expect(text).toMatch(/HTTP\/1\.1 400 /)
    expect((await world.request('/docs')).status).toBe(200)
  })

  it('takes a body in chunks', async () => {
    const head = rawRequest(line('/api/v1/operations', 'POST'), [
      'transfer-encoding: chunked',
      'connection: close',
    ])
    const text = await exchange(world.server.port, `${head}1\r\n{\r\n1\r\n}\r\n0\r\n\r\n`)
    expect(parseAnswers(text)[0]?.status).toBe(422)
  })

  it('matches header names in any case', async () => {
    const text = rawRequest(line('/nope'), ['ORIGIN: https://app.example'])
    expect((await send(text)).headers.get('access-control-allow-origin')).toBe('*')
  })
})

describe('6. Concurrency: clients that behave badly', () => {
  const post = (length: number): string =>
    `POST /api/v1/operations HTTP/1.1\r\nhost: h\r\ncontent-length: ${length}\r\n\r\n`
  const isAlive = async () => expect((await world.request('/docs')).status).toBe(200)

  it('are told when their body is more than the server keeps, and may go on', async () => {
    const { status, json } = await world.request('/api/v1/operations', {
      method: 'POST',
      body: 'x'.repeat(200_001),
    })
    expect(status).toBe(413)
    expect(json).toEqual({ detail: 'Request Entity Too Large' })
    await isAlive()
  })

  it('hold no more than sixteen large bodies at once, and never keep a small one out', async () => {
    const sockets = await Promise.all(
      Array.from({ length: 30 }, async () => {
        const socket = connect(world.server.port, '127.0.0.1').on('error', () => {})
        await once(socket, 'connect')
        socket.write(post(200_000) + 'x'.repeat(190_000))
        return socket
      }),
    )
    const large = () =>
      world.request('/api/v1/operations', { method: 'POST', body: `{"a":"${'x'.repeat(190_000)}"}` })
    // The sockets' bytes may still be on their way.
    while ((await large()).status !== 413);
    expect((await world.post('{}')).status).toBe(400)
    for (const socket of sockets) socket.destroy()
    while ((await large()).status !== 422);
  })

  it('do not take the turn of others while their request is on its way', async () => {
    const slow = connect(world.server.port, '127.0.0.1').on('error', () => {})
    slow.write(`${post(10)}{`)
    const slower = connect(world.server.port, '127.0.0.1').on('error', () => {})
    slower.write('GET /docs HT')
    await isAlive()
    slow.destroy()
    slower.destroy()
    await isAlive()
  })

  it('lose nothing for others when they go away before they are answered', async () => {
    const held: (() => void)[] = []
    const fetched = new Promise<void>((resolve) => {
      world.store.handle('/held', (_incoming, outgoing) => {
        held.push(() => outgoing.end('{}'))
        resolve()
      })
    })
    const id = await world.permit({ grantUrl: `${world.store.origin}/held` })
    const leaving = new AbortController()
    const gone = [
      world.request('/docs', { signal: leaving.signal }),
      world.request('/api/v1/operations/x', { signal: leaving.signal }),
    ]
    const operation = world.post(id)
    await fetched
    const later = [
      world.request('/nope', { signal: leaving.signal }),
      world.request('/nope', { signal: leaving.signal }),
    ]
    while (world.server.stats().queueDepth < 2) await new Promise((resolve) => setImmediate(resolve))
    leaving.abort()
    await Promise.allSettled([...gone, ...later])
    held[0]?.()
    expect((await operation).status).toBe(500)
    await isAlive()
    expect(world.server.stats().queueDepth).toBe(0)
  })
})
