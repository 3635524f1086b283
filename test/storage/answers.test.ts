import { beforeAll, describe, expect, test } from 'vitest'
import { buckets, useEmulator } from './storage.fixture.ts'

// What the real service answers to plain requests, header by header.

const use = useEmulator()
const never = {
  'cache-control': 'no-cache, no-store, max-age=0, must-revalidate',
  expires: 'Mon, 01 Jan 1990 00:00:00 GMT',
  pragma: 'no-cache',
  vary: 'Origin, X-Origin',
}
const upload = `/upload/storage/v1/b/${buckets.closed}/o`
const object = (name: string) => `/storage/v1/b/${buckets.closed}/o/${encodeURIComponent(name)}`

async function ask(path: string, init: RequestInit = {}) {
  const answer = await fetch(use.url(path), init)
  const text = await answer.text()
  const isJson = answer.headers.get('content-type')?.startsWith('application/json') === true && text !== ''
  return {
    status: answer.status,
    headers: Object.fromEntries(answer.headers),
    text,
    json: (isJson ? JSON.parse(text) : {}) as Record<string, unknown>,
  }
}

const put = (name: string, body: string | Uint8Array<ArrayBuffer>, query = '') =>
  ask(`${upload}?uploadType=media&name=${encodeURIComponent(name)}${query}`, {
    method: 'POST',
    body: new Blob([body]),
  })

let stored: Record<string, unknown> = {}
beforeAll(async () => {
  stored = (await put('a/known.bin', new Uint8Array([0x00, 0x01, 0x7f, 0x80, 0xff]))).json
})

describe('an object of the JSON API', () => {
  test('is described in full', async () => {
    const { generation } = stored
    expect(generation).toMatch(/^\d{16}$/)
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    const path = `storage/v1/b/${buckets.closed}/o/a%2Fknown.bin`
    expect(stored).toEqual({
      kind: 'storage#object',
      id: `${buckets.closed}/a/known.bin/${generation}`,
      selfLink: use.url(`/${path}`),
      mediaLink: use.url(`/download/${path}?generation=${generation}&alt=media`),
      name: 'a/known.bin',
      bucket: buckets.closed,
      generation,
      metageneration: '1',
      contentType: 'application/octet-stream',
      storageClass: 'STANDARD',
      size: '5',
      md5Hash: '/upD6bdvwxw0vOxAPcxL+A==',
      crc32c: '1Kspzg==',
      etag: expect.stringMatching(/^C[A-Za-z0-9+/]+=*$/),
      ...{ timeCreated: time, updated: time, timeStorageClassUpdated: time, timeFinalized: time },
    })
  })

  test('has an opaque tag made of its generation and metageneration, as protocol buffers write numbers', () => {
    const bytes = [...Buffer.from(String(stored.etag), 'base64')]
    expect([bytes[0], bytes.at(-2), bytes.at(-1)]).toEqual([0x08, 0x10, 0x01])
    const generation = bytes.slice(1, -2).reduceRight((sum, byte) => sum * 128n + BigInt(byte & 127), 0n)
    expect(String(generation)).toBe(stored.generation)
  })

  test('may be kept by readers who ask again, and its changes by nobody', async () => {
    const read = await ask(object('a/known.bin'))
    expect(read.headers).toMatchObject({
      'cache-control': 'private, max-age=0, must-revalidate, no-transform',
      'content-type': 'application/json; charset=UTF-8',
      vary: 'Origin, X-Origin',
      etag: stored.etag,
    })
    const written = await put('other', 'x')
    expect(written.headers).toMatchObject({ ...never, etag: written.json.etag })
    const deleted = await ask(object('other'), { method: 'DELETE' })
    expect([deleted.status, deleted.text]).toEqual([204, ''])
    expect(deleted.headers).toMatchObject({ ...never, 'content-type': 'application/json' })
  })

  test('is told in part when asked for fields', async () => {
    const { json } = await ask(`${object('a/known.bin')}?fields=name,size`)
    expect(json).toEqual({ name: 'a/known.bin', size: '5' })
    const list = await ask(`/storage/v1/b/${buckets.closed}/o?prefix=a/&fields=items(name,md5Hash),kind`)
    const { name, md5Hash } = stored
    expect(list.json).toEqual({ kind: 'storage#objects', items: [{ name, md5Hash }] })
    const slashes = await ask(`/storage/v1/b/${buckets.closed}/o?prefix=a/&fields=items/name,items/size`)
    expect(slashes.json).toEqual({ items: [{ name, size: '5' }] })
    for (const fields of ['items(name', 'a,,b', '()', 'a/', `${'a('.repeat(99)}`]) {
      const bad = await ask(`${object('a/known.bin')}?fields=${encodeURIComponent(fields)}`)
      expect(bad).toMatchObject({
        status: 400,
        json: { error: { errors: [{ reason: 'invalidParameter' }] } },
      })
    }
  })

  test('tells who may do what when asked for its full projection', async () => {
    const { json } = await ask(`${object('a/known.bin')}?projection=full`)
    expect(json).toMatchObject({
      owner: { entity: expect.stringContaining('user-') },
      acl: expect.arrayContaining([
        expect.objectContaining({ entity: 'project-owners-0', role: 'OWNER', object: 'a/known.bin' }),
      ]),
    })
    expect((await ask(`${object('a/known.bin')}?projection=half`)).status).toBe(400)
  })

  test('is answered 304 to whoever has its tag', async () => {
    const status = async (headers: Record<string, string>) =>
      (await ask(object('a/known.bin'), { headers })).status
    expect(await status({ 'if-none-match': String(stored.etag) })).toBe(304)
    expect(await status({ 'if-match': String(stored.etag) })).toBe(200)
    expect(await status({ 'if-match': 'CAE=' })).toBe(412)
  })

  test('an empty list is only a kind', async () => {
    const { json } = await ask(`/storage/v1/b/${buckets.closed}/o?prefix=nothing`)
    expect(json).toEqual({ kind: 'storage#objects' })
  })

  test('names its owner in the answer to a copy', async () => {
    const copied = await ask(`${object('a/known.bin')}/copyTo/b/${buckets.closed}/o/copy`, { method: 'POST' })
    expect(copied.json).toMatchObject({ owner: { entity: expect.any(String) } })
    const { json } = await ask(`${object('a/known.bin')}/rewriteTo/b/${buckets.closed}/o/copy`, {
      method: 'POST',
    })
    expect(json).toMatchObject({
      kind: 'storage#rewriteResponse',
      totalBytesRewritten: '5',
      objectSize: '5',
      done: true,
      resource: { owner: { entity: expect.any(String) } },
    })
    expect(await ask(object('copy'))).not.toHaveProperty('json.owner')
  })
})

describe('media of the JSON API', () => {
  const media = (headers = {}) => ask(`${object('a/known.bin')}?alt=media`, { headers })

  test('are an attachment that nobody keeps', async () => {
    const { headers } = await media()
    expect(headers).toMatchObject({
      ...never,
      'content-disposition': 'attachment',
      'content-type': 'application/octet-stream',
      etag: stored.etag,
      'x-goog-hash': 'crc32c=1Kspzg==,md5=/upD6bdvwxw0vOxAPcxL+A==',
      'x-goog-stored-content-encoding': 'identity',
      'x-goog-stored-content-length': '5',
      'x-goog-storage-class': 'STANDARD',
    })
    expect(headers).not.toHaveProperty('accept-ranges')
  })

  test('have no checksums in part, since those are of the whole', async () => {
    const { status, headers } = await media({ range: 'bytes=0-2' })
    expect([status, headers['content-range']]).toEqual([206, 'bytes 0-2/5'])
    expect(headers).not.toHaveProperty('x-goog-hash')
  })

  test('that are not there, or not so long, are refused in words alone', async () => {
    const absent = await ask(`${object('no/such')}?alt=media`)
    expect(absent).toMatchObject({ status: 404, text: `No such object: ${buckets.closed}/no/such` })
    expect(absent.headers).toMatchObject({
      'content-type': 'text/html; charset=UTF-8',
      'cache-control': 'private, max-age=0',
    })
    for (const range of ['bytes=99-', 'bytes=-0', 'bytes=5-']) {
      const { status, text, headers } = await media({ range })
      expect([status, text, headers['content-range']]).toEqual([
        416,
        'Request range not satisfiable',
        'bytes */5',
      ])
    }
    await put('empty', '')
    for (const range of ['bytes=0-', 'bytes=0-0', 'bytes=-1']) {
      expect((await ask(`${object('empty')}?alt=media`, { headers: { range } })).status).toBe(416)
    }
  })

  test('are whole when the range is no range', async () => {
    for (const range of ['bytes=3-1', 'bytes=a-b', 'bytes=-', '0-2', 'bytes=0-1,3-4'])
      expect((await media({ range })).status).toBe(200)
    expect((await media({ range: 'bytes=-99' })).headers['content-range']).toBe('bytes 0-4/5')
  })
})

describe('an error of the JSON API', () => {
  test('is kept by nobody', async () => {
    const { headers } = await ask(object('no/such'))
    expect(headers).toMatchObject({ ...never, 'content-type': 'application/json; charset=UTF-8' })
  })

  test('names the header that a failed condition stands for', async () => {
    const message = 'At least one of the pre-conditions you specified did not hold.'
    const failed = (location: string) => ({
      status: 412,
      json: {
        error: {
          code: 412,
          message,
          errors: [
            { message, domain: 'global', reason: 'conditionNotMet', locationType: 'header', location },
          ],
        },
      },
    })
    expect(await put('a/known.bin', 'x', '&ifGenerationMatch=0')).toMatchObject(failed('If-Match'))
    expect(await ask(`${object('a/known.bin')}?ifMetagenerationMatch=9`)).toMatchObject(failed('If-Match'))
    const same = `&ifGenerationNotMatch=${stored.generation}`
    expect(await put('a/known.bin', 'x', same)).toMatchObject(failed('If-None-Match'))
  })

  test.each([
    [
      `${'x'.repeat(1025)}`,
      `The maximum object length is 1024 characters, but got a name with 1025 characters: '${'x'.repeat(80)}...'`,
    ],
    ['line\nbreak', "Disallowed unicode characters present in object name 'line\nbreak'"],
  ])('on a name that cannot be comes from the front end, as HTML with JSON in it', async (name, message) => {
    const { status, headers, text } = await put(name, 'x')
    expect([status, headers['content-type']]).toEqual([400, 'text/html; charset=UTF-8'])
    expect(JSON.parse(text).error).toMatchObject({ code: 400, message, errors: [{ reason: 'invalid' }] })
  })

  test.each([
    [{ md5Hash: '!not-base64!' }, 'Provided value (!not-base64!) is not a base64-encoded 128-bit MD5 hash.'],
    [{ crc32c: '!not-base64!' }, 'Invalid argument.'],
    [{ crc32c: 'AAAAAA==' }, 'Provided CRC32C "AAAAAA==" doesn\'t match calculated CRC32C "4waSgw==".'],
    [
      { md5Hash: 'AAAAAAAAAAAAAAAAAAAAAA==' },
      'Provided MD5 hash "AAAAAAAAAAAAAAAAAAAAAA==" doesn\'t match calculated MD5 hash "JfnnlDI7RTiF9RgfG2JNCw==".',
    ],
  ])('tells what is wrong with a checksum: %j', async (resource, message) => {
    const parts = ['', `\r\n\r\n${JSON.stringify(resource)}\r\n`, '\r\n\r\n123456789\r\n', '--']
    const answer = await ask(`${upload}?uploadType=multipart&name=sum`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/related; boundary=b' },
      body: parts.join('--b'),
    })
    expect(answer).toMatchObject({ status: 400, json: { error: { code: 400, message } } })
  })

  test('counts the parts of an upload that has too few', async () => {
    const answer = await ask(`${upload}?uploadType=multipart&name=one`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/related; boundary=b' },
      body: '--b\r\n\r\n{}\r\n--b--',
    })
    const message = 'Payload size invalid. Expected 2-3 payloads. Actual size: 1'
    expect(answer.json).toMatchObject({ error: { message, errors: [{ reason: 'invalidPayloadSize' }] } })
  })

  test('on a composition says how many parts there may be', async () => {
    const compose = (sourceObjects: unknown) =>
      ask(`${object('whole')}/compose`, { method: 'POST', body: JSON.stringify({ sourceObjects }) })
    const tooMany = 'The number of source components provided (33) exceeds the maximum (32)'
    expect(await compose(Array(33).fill({ name: 'a/known.bin' }))).toMatchObject({
      status: 400,
      json: { error: { message: tooMany } },
    })
    expect(await compose([])).toMatchObject({
      status: 400,
      json: { error: { message: 'You must provide at least one source component.' } },
    })
    expect((await compose(Array(32).fill({ name: 'a/known.bin' }))).json).toMatchObject({
      size: '160',
      componentCount: 32,
    })
  })

  test('says what is not emulated, with 501', async () => {
    const post = (path: string, body: unknown = {}) =>
      ask(path, { method: 'POST', body: JSON.stringify(body) })
    const refused = [
      await post('/batch/storage/v1'),
      await post(`${object('a/known.bin')}/restore?generation=1`),
      await post(`/storage/v1/b/${buckets.closed}/o/watch`),
      await post(`/storage/v1/b/${buckets.closed}/o/bulkRestore`),
      await post(`/storage/v1/b/${buckets.closed}/notificationConfigs`),
      await post('/storage/v1/projects/p/hmacKeys'),
      await ask(object('a/known.bin'), { method: 'PATCH', body: '{"temporaryHold":true}' }),
      await ask(`/storage/v1/b/${buckets.closed}`, {
        method: 'PATCH',
        body: '{"retentionPolicy":{"retentionPeriod":"10"}}',
      }),
    ]
    for (const { status, json } of refused) {
      expect([status, json]).toMatchObject([501, { error: { errors: [{ reason: 'notImplemented' }] } }])
    }
  })
})

describe('an object by its URL', () => {
  const headers = { authorization: 'Bearer any' }

  test('says what it is even when the range is refused', async () => {
    const answer = await ask(`/${buckets.closed}/a/known.bin`, {
      headers: { ...headers, range: 'bytes=99-' },
    })
    expect(answer).toMatchObject({
      status: 416,
      text:
        "<?xml version='1.0' encoding='UTF-8'?><Error><Code>InvalidRange</Code>" +
        '<Message>The requested range cannot be satisfied.</Message><Details>bytes=99-</Details></Error>',
      headers: {
        'content-type': 'application/xml; charset=UTF-8',
        etag: '"feea43e9b76fc31c34bcec403dcc4bf8"',
        'x-goog-stored-content-length': '5',
      },
    })
  })

  test('is listed with the others in its bucket, a page at a time, by both kinds of listing', async () => {
    for (const name of ['l/1', 'l/2&', 'l/d/3', 'l/z']) await put(name, name)
    const keys = (text: string) => [...text.matchAll(/<Key>([^<]*)</g)].map(([, key]) => key)
    const first = await ask(`/${buckets.closed}?prefix=l/&delimiter=/&max-keys=2`, { headers })
    expect(keys(first.text)).toEqual(['l/1', 'l/2&amp;'])
    expect(first.text).toContain('<NextMarker>l/2&amp;</NextMarker>')
    const next = await ask(`/${buckets.closed}?prefix=l/&delimiter=/&marker=l/2%26`, { headers })
    expect(keys(next.text)).toEqual(['l/z'])
    expect(next.text).toContain('<CommonPrefixes><Prefix>l/d/</Prefix></CommonPrefixes>')
    const second = await ask(`/${buckets.closed}?list-type=2&prefix=l/&max-keys=3`, { headers })
    const [, token = ''] = /<NextContinuationToken>(.*?)</.exec(second.text) ?? []
    const last = await ask(`/${buckets.closed}?list-type=2&prefix=l/&continuation-token=${token}`, {
      headers,
    })
    expect([keys(second.text), keys(last.text)]).toEqual([['l/1', 'l/2&amp;', 'l/d/3'], ['l/z']])
  })
})

describe('an upload in parts', () => {
  const unit = 256 * 1024

  async function start(query = '') {
    const begun = await ask(`${upload}?uploadType=resumable&name=parts${query}`, {
      method: 'POST',
      body: '{}',
    })
    return { ...begun, path: begun.headers.location?.replace(use.url(''), '') ?? '' }
  }

  test('begins at a URL that keeps the query it was started with', async () => {
    const { headers } = await start('&ifGenerationMatch=0')
    expect(headers).toMatchObject({ ...never, 'content-type': 'text/plain; charset=utf-8' })
    expect(headers.location).toContain(
      `${upload}?uploadType=resumable&name=parts&ifGenerationMatch=0&upload_id=`,
    )
  })

  test('tells with each part how far it is, and the checksums of that', async () => {
    const { path } = await start()
    const part = { method: 'PUT', headers: { 'content-range': `bytes 0-${unit - 1}/${2 * unit}` } }
    const answer = await ask(path, { ...part, body: new Blob([new Uint8Array(unit)]) })
    expect(answer).toMatchObject({
      status: 308,
      headers: {
        'content-type': 'text/plain; charset=utf-8',
        range: `bytes=0-${unit - 1}`,
        'x-range-md5': 'ec87a838931d4d5d2e94a04644788a55',
        'x-goog-running-hash': expect.stringMatching(/^crc32c=[A-Za-z0-9+/]{6}==$/),
      },
    })
    const question = { 'content-range': 'bytes */*', 'x-guploader-no-308': 'yes' }
    expect(await ask(path, { method: 'PUT', headers: question })).toMatchObject({
      status: 200,
      text: '',
      headers: { 'x-http-status-code-override': '308', range: `bytes=0-${unit - 1}` },
    })
  })
})
