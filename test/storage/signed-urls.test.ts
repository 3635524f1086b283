import { generateKeyPairSync } from 'node:crypto'
import type { GetSignedUrlConfig } from '@google-cloud/storage'
import { afterEach, describe, expect, it } from 'vitest'
import { account, buckets, officialClient, startEmulator, useEmulator } from './storage.fixture.ts'

let skewMs = 0
const use = useEmulator({ now: () => new Date(Date.now() + skewMs) })
const day = 24 * 3600 * 1000

afterEach(() => {
  skewMs = 0
})

async function sign(
  name: string,
  config: Partial<GetSignedUrlConfig> & Pick<GetSignedUrlConfig, 'action'>,
): Promise<string> {
  const file = use.bucket('closed').file(name)
  const [url] = await file.getSignedUrl({ version: 'v4', expires: Date.now() + 3600_000, ...config })
  return url
}

async function fault(response: Response): Promise<[number, string]> {
  const text = await response.text()
  return [response.status, /<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? text]
}

describe('a URL signed by the official client', () => {
  it.each(['plain', 'a/b c/ü?#%&=+~', "it's(1)*!"])(
    'reads a private object and its headers: %s',
    async (name) => {
      await use.bucket('closed').file(name).save('secret', { resumable: false })
      const url = await sign(name, { action: 'read' })
      const read = await fetch(url)
      expect([read.status, await read.text()]).toEqual([200, 'secret'])
      expect((await fetch(url, { method: 'HEAD' })).headers.get('content-length')).toBe('6')
    },
  )

  it('writes with exactly the signed headers', async () => {
    const url = await sign('written', {
      action: 'write',
      contentType: 'text/x',
      extensionHeaders: { 'x-goog-meta-a': '1 2' },
    })
    const headers = { 'content-type': 'text/x', 'x-goog-meta-a': '1  2' }
    expect((await fetch(url, { method: 'PUT', body: 'abc', headers })).status).toBe(200)
    expect((await use.bucket('closed').file('written').getMetadata())[0]).toMatchObject({
      contentType: 'text/x',
      size: '3',
    })
    const without = await fetch(url, { method: 'PUT', body: 'abc', headers: { 'content-type': 'text/x' } })
    expect(await fault(without)).toEqual([400, 'MalformedSecurityHeader'])
    const other = await fetch(url, {
      method: 'PUT',
      body: 'abc',
      headers: { ...headers, 'content-type': 'text/y' },
    })
    expect(await fault(other)).toEqual([403, 'SignatureDoesNotMatch'])
    const more = await fetch(url, {
      method: 'PUT',
      body: 'abc',
      headers: { ...headers, 'x-goog-acl': 'public-read' },
    })
    expect(await fault(more)).toEqual([400, 'MalformedSecurityHeader'])
  })

  it('deletes', async () => {
    await use.bucket('closed').file('deleted').save('x', { resumable: false })
    expect((await fetch(await sign('deleted', { action: 'delete' }), { method: 'DELETE' })).status).toBe(204)
    expect(await use.bucket('closed').file('deleted').exists()).toEqual([false])
  })

  it('sets type and disposition of the answer', async () => {
    await use.bucket('closed').file('shown').save('x', { resumable: false })
    const url = await sign('shown', { action: 'read', responseType: 'text/z', promptSaveAs: 'ü.txt' })
    const { headers } = await fetch(url)
    expect(headers.get('content-type')).toBe('text/z')
    expect(headers.get('content-disposition')).toContain('attachment')
  })

  it('reveals whether an object exists only to those who may read it', async () => {
    expect(await fault(await fetch(await sign('absent', { action: 'read' })))).toEqual([404, 'NoSuchKey'])
    expect(await fault(await fetch(use.url(`/${buckets.closed}/absent`)))).toEqual([403, 'AccessDenied'])
  })

  it('expires to the second', async () => {
    await use.bucket('closed').file('brief').save('x', { resumable: false })
    const url = await sign('brief', { action: 'read', expires: Date.now() + day })
    const query = new URL(url).searchParams
    const [, y, mo, d, h, mi, s] =
      /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query.get('X-Goog-Date') ?? '') ?? []
    const endsAt = Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`) + Number(query.get('X-Goog-Expires')) * 1000
    skewMs = endsAt - Date.now() - 5000
    expect((await fetch(url)).status).toBe(200)
    skewMs = endsAt - Date.now() + 1
    const late = await fetch(url)
    const text = await late.clone().text()
    expect(await fault(late)).toEqual([400, 'ExpiredToken'])
    expect(text).toContain(
      `Request signature expired at: ${new Date(endsAt).toISOString().slice(0, 19)}+00:00`,
    )
  })

  it('is refused before its date', async () => {
    const url = await sign('x', {
      action: 'read',
      accessibleAt: Date.now() + 1000_000,
      expires: Date.now() + 2000_000,
    })
    expect(await fault(await fetch(url))).toEqual([403, 'AccessDenied'])
  })

  it('gives access to nothing else: method, object, bucket, query', async () => {
    await use.bucket('closed').file('one').save('x', { resumable: false })
    const url = await sign('one', { action: 'read' })
    const mismatch = [403, 'SignatureDoesNotMatch']
    expect(await fault(await fetch(url, { method: 'PUT', body: 'x' }))).toEqual(mismatch)
    expect(await fault(await fetch(url, { method: 'DELETE' }))).toEqual(mismatch)
    expect(await fault(await fetch(url.replace('/one?', '/two?')))).toEqual(mismatch)
    expect(await fault(await fetch(url.replace(buckets.closed, buckets.open)))).toEqual(mismatch)
    expect(await fault(await fetch(`${url}&generation=1`))).toEqual(mismatch)
    expect(await fault(await fetch(url.replace('Expires=3', 'Expires=4')))).toEqual(mismatch)
  })

  it('is refused with another account or key', async () => {
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    })
    const strangers = [
      [{ ...account, client_email: 'stranger@testbed' }, 'AccessDenied'],
      [{ ...account, private_key: privateKey }, 'SignatureDoesNotMatch'],
    ] as const
    for (const [credentials, code] of strangers) {
      const [url] = await officialClient(use.emulator().url, credentials)
        .bucket(buckets.closed)
        .file('x')
        .getSignedUrl({ version: 'v4', action: 'read', expires: Date.now() + 60_000 })
      expect(await fault(await fetch(url))).toEqual([403, code])
    }
  })
})

it('a bad signature is refused even in a public bucket', async () => {
  await use.bucket('open').file('public').save('x', { resumable: false })
  const plain = use.url(`/${buckets.open}/public`)
  expect((await fetch(plain)).status).toBe(200)
  expect((await fetch(`${plain}?X-Goog-Signature=00`)).status).toBe(400)
})

it('a V2 signature is refused with 501', async () => {
  const [url] = await use
    .bucket('closed')
    .file('x')
    .getSignedUrl({ version: 'v2', action: 'read', expires: Date.now() + 60_000 })
  expect(await fault(await fetch(url))).toEqual([501, 'NotImplemented'])
})

it('an unknown account can sign no URL', async () => {
  const emulator = await startEmulator({ serviceAccounts: [] })
  try {
    const [url] = await officialClient(emulator.url)
      .bucket(buckets.closed)
      .file('x')
      .getSignedUrl({ version: 'v4', action: 'read', expires: Date.now() + 60_000 })
    expect(await fault(await fetch(url))).toEqual([403, 'AccessDenied'])
  } finally {
    await emulator.stop()
  }
})
