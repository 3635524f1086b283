import { beforeAll, describe, expect, it } from 'vitest'
import { buckets, useEmulator } from './storage.fixture.ts'

// Answers of the real service to plain requests, header by header.

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
  it('is described in full', () => {
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
      etag: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/),
      timeCreated: time,
      updated: time,
      timeStorageClassUpdated: time,
      timeFinalized: time,
    })
  })

  it('may be cached and revalidated when read, and not cached when written', async () => {
    const read = await ask(`${object('a/known.bin')}?fields=name&projection=full`)
    expect(read.json).toEqual(stored)
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

  it('is missing from an empty list, which has only a kind', async () => {
    const { json } = await ask(`/storage/v1/b/${buckets.closed}/o?prefix=nothing`)
    expect(json).toEqual({ kind: 'storage#objects' })
  })
})

describe('media of the JSON API', () => {
  const media = (headers = {}) => ask(`${object('a/known.bin')}?alt=media`, { headers })

  it('is an attachment that is never cached', async () => {
    expect((await media()).headers).toMatchObject({
      ...never,
      'content-disposition': 'attachment',
      'content-type': 'application/octet-stream',
      etag: stored.etag,
      'x-goog-hash': 'crc32c=1Kspzg==,md5=/upD6bdvwxw0vOxAPcxL+A==',
      'x-goog-stored-content-encoding': 'identity',
      'x-goog-stored-content-length': '5',
      'x-goog-storage-class': 'STANDARD',
    })
  })

  it('has no checksums in part, because they are of the whole', async () => {
    const { status, headers } = await media({ range: 'bytes=0-2' })
    expect([status, headers['content-range']]).toEqual([206, 'bytes 0-2/5'])
    expect(headers).not.toHaveProperty('x-goog-hash')
  })

  it('is refused in plain text when the object or the range does not exist', async () => {
    const absent = await ask(`${object('no/such')}?alt=media`)
    expect(absent).toMatchObject({ status: 404, text: `No such object: ${buckets.closed}/no/such` })
    expect(absent.headers).toMatchObject({
      'content-type': 'text/html; charset=UTF-8',
      'cache-control': 'private, max-age=0',
    })
    const { status, text, headers } = await media({ range: 'bytes=5-' })
    expect([status, text, headers['content-range']]).toEqual([
      416,
      'Request range not satisfiable',
      'bytes */5',
    ])
  })
})

describe('an error of the JSON API', () => {
  it("has Google's shape, and is never cached", async () => {
    const { status, headers, json } = await ask(object('no/such'))
    expect(headers).toMatchObject({ ...never, 'content-type': 'application/json; charset=UTF-8' })
    const message = `No such object: ${buckets.closed}/no/such`
    const errors = [{ message, domain: 'global', reason: 'notFound' }]
    expect([status, json]).toEqual([404, { error: { code: 404, message, errors } }])
  })

  it('names the header that a failed condition corresponds to', async () => {
    const message = 'At least one of the pre-conditions you specified did not hold.'
    const failed = (location: string) => {
      const error = { message, domain: 'global', reason: 'conditionNotMet', locationType: 'header', location }
      return { status: 412, json: { error: { code: 412, message, errors: [error] } } }
    }
    expect(await put('a/known.bin', 'x', '&ifGenerationMatch=0')).toMatchObject(failed('If-Match'))
    const same = `&ifGenerationNotMatch=${stored.generation}`
    expect(await put('a/known.bin', 'x', same)).toMatchObject(failed('If-None-Match'))
  })

  it.each([
    [{ md5Hash: '!not-base64!' }, 'Provided value (!not-base64!) is not a base64-encoded 128-bit MD5 hash.'],
    [{ crc32c: '!not-base64!' }, 'Invalid argument.'],
    [{ crc32c: 'AAAAAA==' }, 'Provided CRC32C "AAAAAA==" doesn\'t match calculated CRC32C "4waSgw==".'],
    [
      { md5Hash: 'AAAAAAAAAAAAAAAAAAAAAA==' },
      'Provided MD5 hash "AAAAAAAAAAAAAAAAAAAAAA==" doesn\'t match calculated MD5 hash "JfnnlDI7RTiF9RgfG2JNCw==".',
    ],
  ])('explains a wrong checksum: %j', async (resource, message) => {
    const parts = ['', `\r\n\r\n${JSON.stringify(resource)}\r\n`, '\r\n\r\n123456789\r\n', '--']
    const answer = await ask(`${upload}?uploadType=multipart&name=sum`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/related; boundary=b' },
      body: parts.join('--b'),
    })
    expect(answer).toMatchObject({ status: 400, json: { error: { code: 400, message } } })
  })

  it.each([
    ['GET', '/storage/v1/b/nowhere', 404, 'notFound'],
    ['GET', '/storage/v1/b/nowhere/o', 404, 'notFound'],
    ['POST', `${upload}?uploadType=other`, 400, 'invalid'],
    ['POST', `${upload}?uploadType=media`, 400, 'required'],
    ['POST', `${upload}?uploadType=media&name=`, 400, 'invalid'],
    ['POST', `${upload}?uploadType=media&name=a%0Ab`, 400, 'invalid'],
    ['POST', `${upload}?uploadType=media&name=${'x'.repeat(1025)}`, 400, 'invalid'],
    ['POST', '/upload/storage/v1/b/nowhere/o?uploadType=media&name=x', 404, 'notFound'],
    ['POST', '/storage/v1/b?project=p', 400, 'required'],
    ['GET', '/storage/v1/b/%E0%A4%A/o', 400, 'invalid'],
    ['POST', '/batch/storage/v1', 501, 'notImplemented'],
    ['GET', '/storage/v1/b/open-bucket/acl', 501, 'notImplemented'],
    ['POST', '/storage/v1/b/open-bucket/o/x/rewriteTo/b/open-bucket/o/y', 501, 'notImplemented'],
    ['POST', '/storage/v1/b/open-bucket/o/watch', 501, 'notImplemented'],
    ['PUT', '/storage/v1/b/open-bucket/o/x', 501, 'notImplemented'],
    ['POST', `${upload}?uploadType=media&name=x&kmsKeyName=k`, 501, 'notImplemented'],
  ])('answers %s %s with %i, %s', async (method, path, status, reason) => {
    const { json, ...answer } = await ask(path, { method })
    expect([answer.status, json]).toMatchObject([status, { error: { code: status, errors: [{ reason }] } }])
  })
})
