import { buffer } from 'node:stream/consumers'
import type { StorageProvider } from '@opendatalabs/vana-sdk'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { usualStorage } from '../../src/config/usual-settings.fixture.ts'
import { LoadTestError } from '../../src/errors/load-test-error.ts'
import {
  createGoogleCloudStorage,
  type GoogleCloudStorageOptions,
} from '../../src/storage/google-cloud-storage.ts'
import type { ObjectStorage } from '../../src/storage/object-storage.ts'
import { account, buckets, useEmulator } from './storage.fixture.ts'
import { stubServer } from './stub-server.fixture.ts'

const use = useEmulator()

function provider(options: Partial<GoogleCloudStorageOptions> = {}): ObjectStorage {
  const usual = { bucket: buckets.open, apiEndpoint: use.emulator().url }
  const storage = createGoogleCloudStorage({ ...usualStorage, ...usual, ...options })
  onTestFinished(() => storage.close())
  return storage
}

const bytes = new TextEncoder().encode('some bytes')

describe('an upload', () => {
  it('stores an object that anyone can read under the returned URL', async () => {
    const storage = provider({ prefix: 'runs/7/' })
    const result = await storage.upload(bytes, { name: 'a b/ü.bin', contentType: 'x/y' })
    expect(result).toMatchObject({
      url: use.url(`/${buckets.open}/runs/7/a%20b/%C3%BC.bin`),
      size: 10,
      contentType: 'x/y',
    })
    const read = await fetch(result.url)
    expect([await read.text(), read.headers.get('content-type')]).toEqual(['some bytes', 'x/y'])
  })

  it('accepts a blob and a file name, as the SDK passes them', async () => {
    const storage: StorageProvider = provider()
    const result = await storage.upload(new Blob(['{}'], { type: 'application/json' }), 'sdk.json')
    expect(result).toMatchObject({
      url: use.url('/open-bucket/sdk.json'),
      size: 2,
      contentType: 'application/json',
    })
    expect(await (await storage.download(result.url)).text()).toBe('{}')
  })

  it('names every object without a name', async () => {
    const storage = provider()
    const [a, b] = await Promise.all([storage.upload(bytes), storage.upload(bytes)])
    expect(a.url).not.toBe(b.url)
    expect(a.contentType).toBe('application/octet-stream')
  })

  it('takes one request, and the official client reads the result', async () => {
    const before = use.emulator().stats().requests
    await provider().upload(bytes, { name: 'agreed', contentType: 'text/plain' })
    expect(use.emulator().stats().requests - before).toBe(1)
    const file = use.bucket().file('agreed')
    expect((await file.download({ validation: 'md5' }))[0].toString()).toBe('some bytes')
    expect((await file.getMetadata())[0].contentType).toBe('text/plain')
  })

  it('stores any bytes, even those that look like a delimiter', async () => {
    const storage = provider()
    const awkward = Buffer.from('\r\n--vana-load--\r\n--\r\n\r\n\0\xff--', 'latin1')
    for (const content of [awkward, new Uint8Array(0), Buffer.alloc(200_000, 'x'), awkward.subarray(3, 9)]) {
      const { url } = await storage.upload(content)
      expect(Buffer.from(await (await storage.download(url)).arrayBuffer()).equals(content)).toBe(true)
    }
  })

  it('is refused when a byte changed on the way', async () => {
    const apiEndpoint = await stubServer(async (incoming, response) => {
      const body = (await buffer(incoming)).toString('latin1').replace('some bytes', 'same bytes')
      const { 'content-type': type = '' } = incoming.headers
      const answer = await fetch(use.url(incoming.url ?? ''), {
        method: 'POST',
        headers: { 'content-type': type },
        body: new Uint8Array(Buffer.from(body, 'latin1')),
      })
      response.writeHead(answer.status).end(await answer.text())
    })
    const upload = provider({ apiEndpoint }).upload(bytes, 'changed')
    await expect(upload).rejects.toMatchObject({ details: { status: 400, reason: 'invalid' } })
    expect(await use.bucket().file('changed').exists()).toEqual([false])
  })

  it('refuses a content type that would break the request', async () => {
    const upload = provider().upload(bytes, { contentType: 'a/b\r\nx: y' })
    await expect(upload).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})

describe('signed URLs', () => {
  const signing = () => provider({ bucket: buckets.closed, credentials: account, urlKind: 'signed' })

  it('give access to a private object', async () => {
    const storage = signing()
    const { url } = await storage.upload(bytes, { name: "it's (a) b/ü!*~+&=?#%.bin" })
    expect(await (await fetch(url)).text()).toBe('some bytes')
    expect(await (await storage.download(url)).text()).toBe('some bytes')
    const [bare = ''] = url.split('?')
    expect((await fetch(bare)).status).toBe(403)
    expect(await storage.delete(url)).toBe(true)
  })

  it('have the form that the official client gives them', async () => {
    const now = new Date()
    const storage = provider({
      bucket: buckets.closed,
      credentials: account,
      urlKind: 'signed',
      now: () => now,
    })
    const { url } = await storage.upload(bytes, { name: 'a b/ü' })
    const parameters = [...new URL(url).searchParams.keys()]
    const [official] = await use
      .bucket('closed')
      .file('a b/ü')
      .getSignedUrl({ version: 'v4', action: 'read', expires: now.getTime() + 60_000 })
    expect(parameters).toEqual([...new URL(official).searchParams.keys()])
    expect(new URL(url).pathname).toBe(new URL(official).pathname)
    expect(new URL(url).searchParams.get('X-Goog-Expires')).toBe('604800')
  })

  it('are valid from 1 s to 7 days', () => {
    const make = (signedUrlLifetimeMs: number) => () =>
      provider({ credentials: account, urlKind: 'signed', signedUrlLifetimeMs })
    expect(make(999)).toThrow(LoadTestError)
    expect(make(7 * 24 * 3600 * 1000 + 1)).toThrow(LoadTestError)
    expect(make(1000)).not.toThrow()
  })

  it('need a valid key, which no error quotes', () => {
    const make = (credentials?: typeof account) => () =>
      provider({ urlKind: 'signed', ...(credentials && { credentials }) })
    expect(make()).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    const secret = account.private_key.slice(60, 200)
    try {
      make({ ...account, private_key: `-----BEGIN PRIVATE KEY-----\n${secret}` })()
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({ code: 'CONFIG_INVALID' })
      expect(`${error} ${(error as Error).stack} ${JSON.stringify(error)}`).not.toContain(secret)
    }
  })
})

describe('files', () => {
  const prefix = 'listed/'
  beforeAll(async () => {
    for (const name of ['1.json', '2.bin', '3.json', '4.json']) {
      const contentType = name.endsWith('json') ? 'application/json' : 'x/y'
      await use
        .bucket()
        .file(prefix + name)
        .save(name, { resumable: false, contentType })
    }
  })

  it('are listed by prefix, in pages, by part of the name and by type', async () => {
    const storage = provider({ prefix })
    const ids = async (options = {}) => (await storage.list(options)).map(({ id }) => id.slice(prefix.length))
    expect(await ids()).toEqual(['1.json', '2.bin', '3.json', '4.json'])
    expect(await ids({ limit: 2 })).toEqual(['1.json', '2.bin'])
    expect(await ids({ limit: 2, offset: 1 })).toEqual(['2.bin', '3.json'])
    expect(await ids({ offset: `${prefix}2.bin` })).toEqual(['3.json', '4.json'])
    expect(await ids({ namePattern: 'json', limit: 2 })).toEqual(['1.json', '3.json'])
    expect(await ids({ contentType: 'x/y' })).toEqual(['2.bin'])
    const [first] = await storage.list({ limit: 1 })
    expect(first).toMatchObject({
      size: 6,
      contentType: 'application/json',
      url: use.url('/open-bucket/listed/1.json'),
    })
    expect(first?.createdAt.getTime()).toBeGreaterThan(Date.now() - 600_000)
  })

  it('are deleted by URL, in their own bucket only', async () => {
    const storage = provider()
    const { url } = await storage.upload(bytes, { name: 'to delete?' })
    expect(await storage.delete(url)).toBe(true)
    expect(await storage.delete(url)).toBe(false)
    const elsewhere = storage.delete(`https://example.com/${buckets.open}/x`)
    await expect(elsewhere).rejects.toMatchObject({ code: 'STORAGE_REFUSED' })
  })

  it('need permissions, which none lacks here', async () => {
    expect(await provider().missingPermissions()).toEqual([])
    await expect(provider({ bucket: 'nowhere' }).missingPermissions()).rejects.toMatchObject({
      code: 'STORAGE_REFUSED',
    })
  })
})
