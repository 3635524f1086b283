import { once } from 'node:events'
import { connect } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { buckets, useEmulator } from './storage.fixture.ts'

const logged: unknown[] = []
const use = useEmulator({
  maxObjectBytes: 100_000,
  logger: { error: (fault: unknown) => logged.push(fault) },
})

const upload = `/upload/storage/v1/b/${buckets.open}/o`

async function multipart(parts: string, query = 'uploadType=multipart', boundary = 'b'): Promise<Response> {
  return await fetch(use.url(`${upload}?${query}`), {
    method: 'POST',
    headers: { 'content-type': `multipart/related; boundary=${boundary}` },
    body: parts,
  })
}

const wellFormed = (json: string, media: string) =>
  `--b\r\ncontent-type: application/json\r\n\r\n${json}\r\n--b\r\ncontent-type: a/b\r\n\r\n${media}\r\n--b--`

describe('errors of the JSON API', () => {
  test("have Google's shape", async () => {
    const answer = await fetch(use.url(`/storage/v1/b/${buckets.open}/o/no%2Fsuch`))
    expect(answer.status).toBe(404)
    expect(answer.headers.get('content-type')).toBe('application/json; charset=UTF-8')
    const message = 'No such object: open-bucket/no/such'
    expect(await answer.json()).toEqual({
      error: { code: 404, message, errors: [{ message, domain: 'global', reason: 'notFound' }] },
    })
  })

  test.each([
    ['GET', '/storage/v1/b/nowhere', 404, 'notFound'],
    ['GET', '/storage/v1/b/nowhere/o', 404, 'notFound'],
    ['GET', '/storage/v1/c', 404, 'notFound'],
    ['GET', '/storage/v1/b/open-bucket/unknown', 404, 'notFound'],
    ['PUT', '/storage/v1/b/open-bucket/o', 405, 'methodNotAllowed'],
    ['POST', '/storage/v1/b/open-bucket/o/x', 405, 'methodNotAllowed'],
    ['GET', '/storage/v1/b/open-bucket/o/x/rewriteTo/b/open-bucket/o/y', 405, 'methodNotAllowed'],
    ['POST', '/storage/v1/b/open-bucket/o/x/becomeTo/y', 404, 'notFound'],
    ['POST', `${upload}?uploadType=other`, 400, 'invalid'],
    ['POST', `${upload}?uploadType=media`, 400, 'required'],
    ['POST', `${upload}?uploadType=media&name=`, 400, 'invalid'],
    ['POST', `${upload}?uploadType=media&name=a%0Ab`, 400, 'invalid'],
    ['POST', `${upload}?uploadType=media&name=..`, 400, 'invalid'],
    ['POST', `${upload}?uploadType=media&name=${'x'.repeat(1025)}`, 400, 'invalid'],
    ['POST', '/upload/storage/v1/b/nowhere/o?uploadType=media&name=x', 404, 'notFound'],
    ['POST', '/storage/v1/b', 400, 'required'],
    ['POST', '/storage/v1/b?project=p', 400, 'required'],
    ['GET', '/storage/v1/b', 400, 'required'],
    ['GET', '/storage/v1/b/%E0%A4%A/o', 400, 'invalid'],
    ['GET', '/storage/v1/b/open-bucket/acl/allUsers/more', 404, 'notFound'],
    ['GET', '/storage/v1/b/open-bucket/iam/testPermissions/more', 404, 'notFound'],
    ['GET', '/storage/v1/b/open-bucket/o/x/acl/allUsers/more', 404, 'notFound'],
    ['GET', '/storage/v1/projects/p/serviceAccount/more', 404, 'notFound'],
    ['GET', '/storage/v1/b/open-bucket/o?softDeleted=true', 501, 'notImplemented'],
    ['POST', `${upload}?uploadType=media&name=x&kmsKeyName=k`, 501, 'notImplemented'],
    ['GET', '/storage/v1/b/open-bucket/folders/x', 501, 'notImplemented'],
    ['POST', '/storage/v1/b/open-bucket/o/watch', 501, 'notImplemented'],
  ])('%s %s is answered %i, %s', async (method, path, status, reason) => {
    const answer = await fetch(use.url(path), { method })
    const { error } = (await answer.json()) as { error: { code: number; errors: { reason: string }[] } }
    expect([answer.status, error.code, error.errors[0]?.reason]).toEqual([status, status, reason])
  })

  test('of downloads are bare text, which is what the client shows', async () => {
    const answer = await fetch(use.url(`/storage/v1/b/${buckets.open}/o/none?alt=media`))
    expect([answer.status, await answer.text()]).toEqual([404, 'No such object: open-bucket/none'])
  })
})

describe('errors of object URLs', () => {
  test("have Google's XML shape, with names escaped", async () => {
    const answer = await fetch(use.url(`/${buckets.open}/a%3Cb%3E%26`))
    expect(answer.status).toBe(404)
    expect(answer.headers.get('content-type')).toBe('application/xml; charset=UTF-8')
    expect(await answer.text()).toBe(
      "<?xml version='1.0' encoding='UTF-8'?><Error><Code>NoSuchKey</Code>" +
        '<Message>The specified key does not exist.</Message>' +
        '<Details>No such object: open-bucket/a&lt;b&gt;&amp;</Details></Error>',
    )
  })

  test.each([
    ['GET', '/nowhere/x', 404, 'NoSuchBucket'],
    ['GET', '/closed-bucket/x', 403, 'AccessDenied'],
    ['HEAD', '/closed-bucket/x', 403, ''],
    ['PUT', '/open-bucket/x', 403, 'AccessDenied'],
    ['DELETE', '/open-bucket/x', 403, 'AccessDenied'],
    ['GET', '/', 404, 'InvalidURI'],
    ['GET', '/closed-bucket', 403, 'AccessDenied'],
    ['GET', '/open-bucket?acl', 501, 'NotImplemented'],
    ['POST', '/open-bucket', 501, 'NotImplemented'],
    ['PUT', '/open-bucket', 403, 'AccessDenied'],
    ['GET', '/open-bucket/%ff', 400, 'InvalidURI'],
  ])('%s %s is answered %i %s', async (method, path, status, code) => {
    const answer = await fetch(use.url(path), { method })
    expect([answer.status, /<Code>(\w+)</.exec(await answer.text())?.[1] ?? '']).toEqual([status, code])
  })

  test.each([
    ...[
      'acl',
      'tagging',
      'retention',
      'legal-hold',
      'encryption',
      'torrent',
      'uploads',
      'versionId=1',
      'compose',
    ],
    ...['uploadId=1', 'partNumber=1&uploadId=1', 'cors', 'versioning', 'lifecycle', 'policy', 'restore'],
  ])('whose query asks for %s are answered 501, and the object stays as it is', async (query) => {
    const headers = { authorization: 'Bearer anything' }
    const url = use.url(`/${buckets.open}/kept`)
    await fetch(url, { method: 'PUT', body: 'content', headers })
    for (const path of ['/kept', ''])
      for (const method of ['GET', 'HEAD', 'PUT', 'POST', 'DELETE']) {
        const asked = use.url(`/${buckets.open}${path}?${query}`)
        const answer = await fetch(asked, {
          method,
          headers,
          ...(method === 'PUT' ? { body: '<ACL/>' } : {}),
        })
        expect([method, answer.status]).toEqual([method, 501])
        await answer.arrayBuffer()
      }
    expect(await (await fetch(url)).text()).toBe('content')
  })

  test.each([
    [{ 'x-goog-content-length-range': '1,2' }],
    [{ 'x-amz-copy-source': '/open-bucket/kept' }],
    [{ 'x-goog-encryption-kms-key-name': 'a/key' }],
    [{ 'x-http-method-override': 'DELETE' }],
    [{ 'x-goog-object-lock-mode': 'GOVERNANCE' }],
  ])('with %j are answered 501 instead of being treated as others', async (header) => {
    const headers = { authorization: 'Bearer anything', ...header }
    const answer = await fetch(use.url(`/${buckets.open}/new`), { method: 'PUT', body: 'x', headers })
    expect(answer.status).toBe(501)
    expect((await fetch(use.url(`/${buckets.open}/new`))).status).toBe(404)
  })

  test('a bearer token opens what is private, since nobody checks it here', async () => {
    const headers = { authorization: 'Bearer anything' }
    const url = use.url(`/${buckets.closed}/by-token`)
    expect((await fetch(url, { method: 'PUT', body: 'x', headers })).status).toBe(200)
    expect(await (await fetch(url, { headers })).text()).toBe('x')
  })
})

describe('an object URL', () => {
  test('may have its slashes encoded or not', async () => {
    await use.bucket().file('in/a folder').save('found', { resumable: false })
    for (const path of ['in/a%20folder', 'in%2Fa%20folder']) {
      expect(await (await fetch(use.url(`/${buckets.open}/${path}`))).text()).toBe('found')
    }
  })

  test('is read in part, from the end, and refused outside', async () => {
    await use.bucket().file('digits').save('0123456789', { resumable: false })
    const range = async (value: string) => {
      const answer = await fetch(use.url(`/${buckets.open}/digits`), { headers: { range: value } })
      return [answer.status, answer.headers.get('content-range'), await answer.text()]
    }
    expect(await range('bytes=0-0')).toEqual([206, 'bytes 0-0/10', '0'])
    expect(await range('bytes=-3')).toEqual([206, 'bytes 7-9/10', '789'])
    expect(await range('bytes=5-')).toEqual([206, 'bytes 5-9/10', '56789'])
    expect((await range('bytes=10-'))[0]).toBe(416)
    expect(await range('bytes=10-')).toContain('bytes */10')
    expect((await range('bytes=1-2,4-5'))[0]).toBe(200)
    expect((await range('lines=1-2'))[0]).toBe(200)
  })

  test('says everything in its headers, to HEAD as to GET', async () => {
    await use
      .bucket()
      .file('headed')
      .save('123456789', {
        resumable: false,
        contentType: 'text/plain',
        metadata: { metadata: { 'some-key': 'wert ü' } },
      })
    const expected = {
      'content-type': 'text/plain',
      'content-length': '9',
      'x-goog-hash': 'crc32c=4waSgw==,md5=JfnnlDI7RTiF9RgfG2JNCw==',
      'x-goog-stored-content-encoding': 'identity',
      'x-goog-stored-content-length': '9',
      'x-goog-metageneration': '1',
      'x-goog-meta-some-key': 'wert %C3%BC',
      etag: '"25f9e794323b453885f5181f1b624d0b"',
      'accept-ranges': 'bytes',
    }
    for (const method of ['GET', 'HEAD']) {
      const answer = await fetch(use.url(`/${buckets.open}/headed`), { method })
      expect(Object.fromEntries(answer.headers)).toMatchObject(expected)
      expect(await answer.text()).toBe(method === 'GET' ? '123456789' : '')
    }
  })
})

describe('an upload', () => {
  test('is refused when a checksum is not that of the bytes', async () => {
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

  test.each([
    ['no closing delimiter', wellFormed('{"name":"m"}', 'x').slice(0, -2)],
    ['one part', '--b\r\n\r\n{"name":"m"}\r\n--b--'],
    ['three parts', wellFormed('{"name":"m"}', 'x').replace('--b--', '--b\r\n\r\ny\r\n--b--')],
    ['no JSON', wellFormed('{"name":', 'x')],
    ['JSON that is no object', wellFormed('["m"]', 'x')],
    ['no name', wellFormed('{}', 'x')],
    ['a name that is no text', wellFormed('{"name":7}', 'x')],
    ['a setting of the wrong type', wellFormed('{"name":"m","contentType":7}', 'x')],
    ['a line end in a setting', wellFormed('{"name":"m","contentType":"a/b\\r\\nx: y"}', 'x')],
    ['a lone surrogate in its name', wellFormed('{"name":"\\ud800"}', 'x')],
    ['too much metadata', wellFormed(JSON.stringify({ name: 'm', metadata: { k: 'v'.repeat(9000) } }), 'x')],
    ['nothing', ''],
  ])('in two parts is refused with %s', async (_, body) => {
    expect((await multipart(body)).status).toBe(400)
    expect(await use.bucket().file('m').exists()).toEqual([false])
  })

  test('is refused without a boundary, and when two names disagree', async () => {
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

  test.each(['media', 'multipart'])(
    'past the limit is refused with 413, whether announced or not (%s)',
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

  test('keeps no byte of what it refused', async () => {
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

  test('that breaks off leaves nothing behind', async () => {
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

describe('what is not emulated', () => {
  test('is refused by name: encryption keys, copies and uploads in parts of the XML API', async () => {
    const headers = { authorization: 'Bearer x' }
    const status = async (path: string, init: RequestInit) => (await fetch(use.url(path), init)).status
    expect(await status('/open-bucket/x', { headers: { 'x-goog-encryption-algorithm': 'AES256' } })).toBe(501)
    expect(await status('/open-bucket/x?uploads', { method: 'POST', headers })).toBe(501)
    expect(
      await status('/open-bucket/x', {
        method: 'PUT',
        headers: { ...headers, 'x-goog-copy-source': '/a/b' },
      }),
    ).toBe(501)
  })
})

describe('malformed requests', () => {
  test.each([
    'nonsense\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    'GET /open-bucket/x HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n',
    `GET / HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(100_000)}\r\n\r\n`,
    'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n',
    'GET http://[::1/%zz HTTP/1.1\r\nHost: []:x\r\n\r\n',
    'OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  ])('are answered with an error: %j', async (text) => {
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

  test("never are the emulator's fault", async () => {
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
        'compose',
        'rewriteTo',
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
