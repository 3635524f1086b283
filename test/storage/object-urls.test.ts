import { describe, expect, it } from 'vitest'
import { buckets, useEmulator } from './storage.fixture.ts'

const use = useEmulator()
const bearer = { authorization: 'Bearer anything' }

describe('an object URL', () => {
  it('may have its slashes encoded or not', async () => {
    await use.bucket().file('in/a folder').save('found', { resumable: false })
    for (const path of ['in/a%20folder', 'in%2Fa%20folder']) {
      expect(await (await fetch(use.url(`/${buckets.open}/${path}`))).text()).toBe('found')
    }
  })

  it('is read in part', async () => {
    await use.bucket().file('digits').save('0123456789', { resumable: false })
    const url = use.url(`/${buckets.open}/digits`)
    const range = async (value: string) => {
      const answer = await fetch(url, { headers: { range: value } })
      return [answer.status, answer.headers.get('content-range'), await answer.text()]
    }
    expect(await range('bytes=0-0')).toEqual([206, 'bytes 0-0/10', '0'])
    expect(await range('bytes=-3')).toEqual([206, 'bytes 7-9/10', '789'])
    expect(await range('bytes=1-2,4-5')).toEqual([200, null, '0123456789'])
    expect(await range('bytes=10-')).toEqual([
      416,
      'bytes */10',
      "<?xml version='1.0' encoding='UTF-8'?><Error><Code>InvalidRange</Code>" +
        '<Message>The requested range cannot be satisfied.</Message><Details>bytes=10-</Details></Error>',
    ])
  })

  it('sends the same headers to HEAD as to GET', async () => {
    const metadata = { metadata: { 'some-key': 'wert ü' } }
    const file = use.bucket().file('headed')
    await file.save('123456789', { resumable: false, contentType: 'text/plain', metadata })
    for (const method of ['GET', 'HEAD']) {
      const answer = await fetch(use.url(`/${buckets.open}/headed`), { method })
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'content-type': 'text/plain',
        'content-length': '9',
        'x-goog-hash': 'crc32c=4waSgw==,md5=JfnnlDI7RTiF9RgfG2JNCw==',
        'x-goog-stored-content-encoding': 'identity',
        'x-goog-stored-content-length': '9',
        'x-goog-metageneration': '1',
        'x-goog-meta-some-key': 'wert %C3%BC',
        'cache-control': 'public, max-age=3600',
        etag: '"25f9e794323b453885f5181f1b624d0b"',
        'accept-ranges': 'bytes',
      })
      expect(await answer.text()).toBe(method === 'GET' ? '123456789' : '')
    }
  })

  it('is written and deleted with a bearer token, which this emulator does not check', async () => {
    const url = use.url(`/${buckets.closed}/by-token`)
    const headers = { ...bearer, 'content-type': 'x/y', 'x-goog-meta-a': '1' }
    expect((await fetch(url, { method: 'PUT', body: 'x', headers })).status).toBe(200)
    const read = await fetch(url, { headers: bearer })
    expect([await read.text(), read.headers.get('content-type'), read.headers.get('x-goog-meta-a')]).toEqual([
      'x',
      'x/y',
      '1',
    ])
    expect((await fetch(url, { method: 'DELETE', headers: bearer })).status).toBe(204)
    expect((await fetch(url, { headers: bearer })).status).toBe(404)
  })

  it("reports errors in Google's XML, with names escaped", async () => {
    const answer = await fetch(use.url(`/${buckets.open}/a%3Cb%3E%26`))
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      404,
      'application/xml; charset=UTF-8',
    ])
    expect(await answer.text()).toBe(
      "<?xml version='1.0' encoding='UTF-8'?><Error><Code>NoSuchKey</Code>" +
        '<Message>The specified key does not exist.</Message>' +
        '<Details>No such object: open-bucket/a&lt;b&gt;&amp;</Details></Error>',
    )
  })

  it.each([
    ['GET', '/nowhere/x', 404, 'NoSuchBucket'],
    ['GET', '/closed-bucket/x', 403, 'AccessDenied'],
    ['HEAD', '/closed-bucket/x', 403, ''],
    ['PUT', '/open-bucket/x', 403, 'AccessDenied'],
    ['DELETE', '/open-bucket/x', 403, 'AccessDenied'],
    ['GET', '/open-bucket/%ff', 400, 'InvalidURI'],
    ['GET', '/', 501, 'NotImplemented'],
    ['GET', '/open-bucket', 501, 'NotImplemented'],
    ['POST', '/open-bucket/x', 501, 'NotImplemented'],
  ])('answers %s %s with %i %s', async (method, path, status, code) => {
    const answer = await fetch(use.url(path), { method })
    expect([answer.status, /<Code>(\w+)</.exec(await answer.text())?.[1] ?? '']).toEqual([status, code])
  })

  it.each(['acl', 'tagging', 'uploads', 'versionId=1', 'partNumber=1&uploadId=1', 'generation=1'])(
    'refuses the parameter %s with 501, and leaves the object unchanged',
    async (query) => {
      const url = use.url(`/${buckets.open}/kept`)
      await fetch(url, { method: 'PUT', body: 'content', headers: bearer })
      for (const method of ['GET', 'HEAD', 'PUT', 'POST', 'DELETE']) {
        const body = method === 'PUT' ? '<ACL/>' : null
        const answer = await fetch(`${url}?${query}`, { method, headers: bearer, body })
        expect([method, answer.status]).toEqual([method, 501])
      }
      expect(await (await fetch(url)).text()).toBe('content')
    },
  )

  it.each([
    { 'x-goog-acl': 'public-read' },
    { 'x-goog-content-length-range': '1,2' },
    { 'x-goog-copy-source': '/open-bucket/kept' },
    { 'x-goog-if-generation-match': '0' },
    { 'x-amz-copy-source': '/open-bucket/kept' },
    { 'x-http-method-override': 'DELETE' },
  ])('refuses the header %j with 501, and stores nothing', async (header) => {
    const url = use.url(`/${buckets.open}/new`)
    const headers = { ...bearer, ...header }
    expect((await fetch(url, { method: 'PUT', body: 'x', headers })).status).toBe(501)
    expect((await fetch(url)).status).toBe(404)
  })
})
