import { once } from 'node:events'
import { connect } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buckets, useEmulator } from './storage.fixture.ts'

const logged: unknown[] = []
const use = useEmulator({
  maxObjectBytes: 100_000,
  logger: { error: (fault: unknown) => logged.push(fault) },
})

const upload = `/upload/storage/v1/b/${buckets.open}/o`

async function multipart(parts: string, query = 'uploadType=multipart'): Promise<Response> {
  return await fetch(use.url(`${upload}?${query}`), {
    method: 'POST',
    headers: { 'content-type': 'multipart/related; boundary=b' },
    body: parts,
  })
}

const wellFormed = (json: string, media: string) =>
  `--b\r\ncontent-type: application/json\r\n\r\n${json}\r\n--b\r\ncontent-type: a/b\r\n\r\n${media}\r\n--b--`

describe('an upload', () => {
  it('is refused when a checksum does not match the bytes', async () => {
    const put = (headers: Record<string, string>) =>
      fetch(use.url(`${upload}?uploadType=media&name=sum`), { method: 'POST', body: '123456789', headers })
    const bad = await put({ 'x-goog-hash': 'crc32c=AAAAAA==' })
    expect(bad.status).toBe(400)
    expect(await bad.text()).toContain("doesn't match calculated CRC32C")
    expect((await put({ 'x-goog-hash': 'md5=AAAA' })).status).toBe(400)
    expect((await put({ 'x-goog-hash': 'crc32c=4waSgw==,md5=AAAA' })).status).toBe(400)
    expect((await multipart(wellFormed('{"name":"sum","crc32c":"AAAAAA=="}', '123456789'))).status).toBe(400)
    expect((await multipart(wellFormed('{"name":"sum","md5Hash":"x"}', '123456789'))).status).toBe(400)
    expect(await use.bucket().file('sum').exists()).toEqual([false])
    expect((await put({ 'x-goog-hash': 'crc32c=4waSgw==,md5=JfnnlDI7RTiF9RgfG2JNCw==' })).status).toBe(200)
  })

  it.each([
    ['no closing delimiter', wellFormed('{"name":"m"}', 'x').slice(0, -2)],
    ['one part', '--b\r\n\r\n{"name":"m"}\r\n--b--'],
    ['three parts', wellFormed('{"name":"m"}', 'x').replace('--b--', '--b\r\n\r\ny\r\n--b--')],
    ['malformed JSON', wellFormed('{"name":', 'x')],
    ['JSON other than an object', wellFormed('["m"]', 'x')],
    ['no name', wellFormed('{}', 'x')],
    ['a name other than text', wellFormed('{"name":7}', 'x')],
    ['a setting of the wrong type', wellFormed('{"name":"m","contentType":7}', 'x')],
    ['a line end in a setting', wellFormed('{"name":"m","contentType":"a/b\\r\\nx: y"}', 'x')],
    ['a lone surrogate in its name', wellFormed('{"name":"\\ud800"}', 'x')],
    ['a metadata key that is not valid in a header', wellFormed('{"name":"m","metadata":{"a b":"c"}}', 'x')],
    ['nothing', ''],
  ])('in one multipart request is refused with %s', async (_, body) => {
    expect((await multipart(body)).status).toBe(400)
    expect(await use.bucket().file('m').exists()).toEqual([false])
  })

  it('is refused without a boundary, and with two different names', async () => {
    const body = wellFormed('{"name":"m"}', 'x')
    const bare = await fetch(use.url(`${upload}?uploadType=multipart`), {
      method: 'POST',
      body,
      headers: { 'content-type': 'multipart/related' },
    })
    expect(bare.status).toBe(400)
    expect((await multipart(body, 'uploadType=multipart&name=other')).status).toBe(400)
    expect((await multipart(body, 'uploadType=multipart&name=m')).status).toBe(200)
  })

  it.each(['media', 'multipart'])(
    'above the limit is refused with 413, announced or not (%s)',
    async (type) => {
      const sent = (size: number) =>
        type === 'media' ? 'x'.repeat(size) : wellFormed('{"name":"big"}', 'x'.repeat(size))
      const post = (body: string | ReadableStream) =>
        fetch(use.url(`${upload}?uploadType=${type}&name=big`), {
          method: 'POST',
          headers: { 'content-type': 'multipart/related; boundary=b' },
          body,
          ...({ duplex: 'half' } as object),
        })
      expect((await post(sent(100_001))).status).toBe(413)
      expect((await post(sent(5_000_000))).status).toBe(413)
      expect((await post(new Blob([sent(200_000)]).stream())).status).toBe(413)
      expect((await post(sent(100_000))).status).toBe(200)
      expect(
        (await fetch(use.url('/storage/v1/b'), { method: 'POST', body: ' '.repeat(2_000_000) })).status,
      ).toBe(413)
    },
  )

  it('leaves no bytes behind when refused', async () => {
    const before = use.emulator().stats()
    await multipart(wellFormed('{"name":"m","crc32c":"AAAAAA=="}', 'x'.repeat(5000)))
    await multipart(wellFormed('{', 'x'.repeat(5000)))
    await multipart(wellFormed('{"name":"m"}', 'x'.repeat(5000)).slice(0, -4))
    await fetch(use.url(`${upload}?uploadType=media&name=m&ifGenerationMatch=7`), {
      method: 'POST',
      body: 'xxx',
    })
    const { memoryBytes, objects } = use.emulator().stats()
    expect({ memoryBytes, objects }).toEqual({ memoryBytes: before.memoryBytes, objects: before.objects })
  })

  it('leaves no bytes behind when cut off', async () => {
    const { memoryBytes } = use.emulator().stats()
    const { hostname, port } = new URL(use.emulator().url)
    const socket = connect(Number(port), hostname).on('error', () => undefined)
    socket.write(
      `POST ${upload}?uploadType=media&name=cut HTTP/1.1\r\nHost: x\r\nContent-Length: 50000\r\n\r\n`,
    )
    await new Promise<void>((resolve) => socket.write('x'.repeat(30_000), () => resolve()))
    const started = () => use.emulator().stats().memoryBytes > memoryBytes
    while (!started()) await new Promise((resolve) => setImmediate(resolve))
    socket.destroy()
    while (started()) await new Promise((resolve) => setImmediate(resolve))
    expect(await use.bucket().file('cut').exists()).toEqual([false])
  })
})

describe('malformed requests', () => {
  it.each([
    'nonsense\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    'GET /open-bucket/x HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n',
    `GET / HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(100_000)}\r\n\r\n`,
    'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n',
    'GET http://[::1/%zz HTTP/1.1\r\nHost: []:x\r\n\r\n',
    'OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  ])('get an error: %j', async (text) => {
    const { hostname, port } = new URL(use.emulator().url)
    const socket = connect(Number(port), hostname)
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk
      socket.end()
    })
    socket.on('error', () => undefined)
    socket.write(text)
    await once(socket, 'close')
    expect(answer).toMatch(/^HTTP\/1\.1 (4\d\d|501) /)
  })

  it('never make the emulator fail', async () => {
    const segment = fc.oneof(
      fc.constantFrom(
        'storage',
        'v1',
        'b',
        'o',
        'upload',
        'download',
        'open-bucket',
        'x',
        'acl',
        'iam',
        'testPermissions',
        '%2F',
        '%',
        '..',
      ),
      fc.string({ maxLength: 8 }).map(encodeURIComponent),
    )
    const parameter = fc.tuple(
      fc.constantFrom(
        'alt',
        'uploadType',
        'name',
        'upload_id',
        'generation',
        'ifGenerationMatch',
        'maxResults',
        'pageToken',
        'X-Goog-Signature',
        'predefinedAcl',
      ),
      fc.oneof(fc.constantFrom('media', 'multipart', 'resumable', '1', 'x'), fc.string({ maxLength: 6 })),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'),
        fc.array(segment, { maxLength: 9 }),
        fc.array(parameter, { maxLength: 3 }),
        fc.oneof(fc.json(), fc.string(), fc.constant('')),
        async (method, segments, parameters, body) => {
          const query = parameters.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
          const bodyless = method === 'GET' || method === 'HEAD'
          const answer = await fetch(`${use.emulator().url}/${segments.join('/')}?${query}`, {
            method,
            headers: { 'content-type': 'multipart/related; boundary=b' },
            body: bodyless ? null : body,
          })
          const text = await answer.text()
          expect(answer.status === 501 || answer.status < 500).toBe(true)
          expect(text).not.toMatch(/\bat .*\.(ts|js):\d+/)
        },
      ),
      { numRuns: 400 },
    )
    expect(logged).toEqual([])
  })
})
