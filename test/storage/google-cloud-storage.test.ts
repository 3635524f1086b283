import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { StorageProvider } from '@opendatalabs/vana-sdk'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { LoadTestError } from '../../src/errors/load-test-error.ts'
import {
  createGoogleCloudStorage,
  type GoogleCloudStorageOptions,
} from '../../src/storage/google-cloud-storage.ts'
import type { ObjectStorage } from '../../src/storage/object-storage.ts'
import { account, buckets, useEmulator } from './storage.fixture.ts'

const use = useEmulator()
const opened: { close(): Promise<void> }[] = []

/** A provider that is closed after its test. */
function provider(options: Partial<GoogleCloudStorageOptions> = {}): ObjectStorage {
  const storage = createGoogleCloudStorage({
    bucket: buckets.open,
    apiEndpoint: use.emulator().url,
    ...options,
  })
  opened.push(storage)
  return storage
}

/** A server that answers as a test wants. */
async function stubServer(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  opened.push({
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()))
})

const bytes = new TextEncoder().encode('some bytes')

describe('an upload', () => {
  it('puts an object that anyone can read under the URL it returns', async () => {
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

  it('takes what the SDK gives: a blob and a file name', async () => {
    const storage: StorageProvider = provider()
    const result = await storage.upload(new Blob(['{}'], { type: 'application/json' }), 'sdk.json')
    expect(result).toMatchObject({
      url: use.url('/open-bucket/sdk.json'),
      size: 2,
      contentType: 'application/json',
    })
    expect(await (await storage.download(result.url)).text()).toBe('{}')
  })

  it('gives every nameless object a name of its own', async () => {
    const storage = provider()
    const [a, b] = await Promise.all([storage.upload(bytes), storage.upload(bytes)])
    expect(a.url).not.toBe(b.url)
    expect(a.contentType).toBe('application/octet-stream')
  })

  it('takes one request, and the official client agrees with the result', async () => {
    const before = use.emulator().stats().requests
    await provider().upload(bytes, { name: 'agreed', contentType: 'text/plain' })
    expect(use.emulator().stats().requests - before).toBe(1)
    const file = use.bucket().file('agreed')
    expect((await file.download({ validation: 'md5' }))[0].toString()).toBe('some bytes')
    expect((await file.getMetadata())[0].contentType).toBe('text/plain')
  })

  it('holds any bytes, among them ones that look like a part of the request', async () => {
    const storage = provider()
    const awkward = Buffer.from('\r\n--vana-load--\r\n--\r\n\r\n\0\xff--', 'latin1')
    for (const content of [awkward, new Uint8Array(0), Buffer.alloc(200_000, 'x'), awkward.subarray(3, 9)]) {
      const { url } = await storage.upload(content)
      expect(Buffer.from(await (await storage.download(url)).arrayBuffer()).equals(content)).toBe(true)
    }
  })

  it('is not stored when a byte changed on the way', async () => {
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

  it('open a private object, for the provider and for anyone who has them', async () => {
    const storage = signing()
    const { url } = await storage.upload(bytes, { name: "it's (a) b/ü!*~+&=?#%.bin" })
    expect(await (await fetch(url)).text()).toBe('some bytes')
    expect(await (await storage.download(url)).text()).toBe('some bytes')
    const [bare = ''] = url.split('?')
    expect((await fetch(bare)).status).toBe(403)
    expect(await storage.delete(url)).toBe(true)
  })

  it('are the same as the official client makes', async () => {
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

  it('hold as long as asked, from a second to the seven days of the service', () => {
    const make = (signedUrlLifetimeMs: number) => () =>
      provider({ credentials: account, urlKind: 'signed', signedUrlLifetimeMs })
    expect(make(999)).toThrow(LoadTestError)
    expect(make(7 * 24 * 3600 * 1000 + 1)).toThrow(LoadTestError)
    expect(make(1000)).not.toThrow()
  })

  it('need a key, and a bad one is refused without being quoted', () => {
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

  it('are listed under the prefix, in pages, by part of the name and by type', async () => {
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

  it('are deleted by URL: true, then false, and only in their own bucket', async () => {
    const storage = provider()
    const { url } = await storage.upload(bytes, { name: 'to delete?' })
    expect(await storage.delete(url)).toBe(true)
    expect(await storage.delete(url)).toBe(false)
    const elsewhere = storage.delete(`https://example.com/${buckets.open}/x`)
    await expect(elsewhere).rejects.toMatchObject({ code: 'STORAGE_REFUSED' })
  })

  it('can be worked with when no permission is missing', async () => {
    expect(await provider().missingPermissions()).toEqual([])
    await expect(provider({ bucket: 'nowhere' }).missingPermissions()).rejects.toMatchObject({
      code: 'STORAGE_REFUSED',
    })
  })
})

describe('an answer that is no success', () => {
  const answering = async (status: number, headers: Record<string, string> = {}, body = '') =>
    provider({
      apiEndpoint: await stubServer((request, response) => {
        request.resume().on('end', () => response.writeHead(status, headers).end(body))
      }),
    })

  it.each([
    [400, 'STORAGE_REFUSED', false],
    [401, 'STORAGE_REFUSED', false],
    [403, 'STORAGE_REFUSED', false],
    [404, 'STORAGE_REFUSED', false],
    [412, 'STORAGE_REFUSED', false],
    [408, 'STORAGE_FAILED', true],
    [429, 'STORAGE_FAILED', true],
    [500, 'STORAGE_FAILED', true],
    [503, 'STORAGE_FAILED', true],
  ])('%i is %s', async (status, code, retriable) => {
    const storage = await answering(status, { 'retry-after': '7' }, 'no')
    const expected = { code, retriable, details: { status, retryAfterMs: 7000 } }
    await expect(storage.upload(bytes)).rejects.toMatchObject(expected)
    await expect(storage.download(`${use.emulator().url.replace(/\d+$/, '1')}`)).rejects.toMatchObject({
      code: 'STORAGE_UNREACHABLE',
    })
    const { retryAfterMs: _, ...details } = expected.details
    await expect(storage.list()).rejects.toMatchObject({ ...expected, details })
  })

  it('is made only once: the caller repeats it, or not', async () => {
    let requests = 0
    const apiEndpoint = await stubServer((request, response) => {
      requests++
      request.resume().on('end', () => response.writeHead(503).end())
    })
    const storage = provider({ apiEndpoint })
    await expect(storage.upload(bytes)).rejects.toThrow()
    expect(requests).toBe(1)
    await expect(storage.list()).rejects.toThrow()
    expect(requests).toBe(2)
  })

  it("carries the service's own reason", async () => {
    await expect(provider({ bucket: 'nowhere' }).upload(bytes)).rejects.toMatchObject({
      code: 'STORAGE_REFUSED',
      message: expect.stringContaining('The specified bucket does not exist'),
      details: { status: 404, reason: 'notFound' },
    })
    const absent = provider().download(use.url('/open-bucket/absent'))
    await expect(absent).rejects.toMatchObject({ details: { status: 404, reason: 'NoSuchKey' } })
  })

  it.each(['{}', 'no json', '{"crc32c":"AAAAAA=="}', '[]', '{"crc32c":7}'])(
    'nor is a success that does not confirm the bytes: %s',
    async (body) => {
      await expect((await answering(200, {}, body)).upload(bytes)).rejects.toMatchObject({
        code: 'STORAGE_FAILED',
      })
    },
  )

  it('nor is a download of other bytes than the checksum says', async () => {
    const headers = { 'x-goog-hash': 'crc32c=AAAAAA==', 'x-goog-stored-content-encoding': 'identity' }
    const url = await stubServer((_, response) => response.writeHead(200, headers).end('tampered'))
    await expect(provider().download(`${url}/b/x`)).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
  })

  it('no connection is STORAGE_UNREACHABLE, for uploads and for the official client', async () => {
    const storage = provider({ apiEndpoint: 'http://127.0.0.1:1' })
    const expected = { code: 'STORAGE_UNREACHABLE', retriable: true, details: { code: 'ECONNREFUSED' } }
    await expect(storage.upload(bytes)).rejects.toMatchObject(expected)
    await expect(storage.list()).rejects.toMatchObject(expected)
  })

  it('a connection that is cut is STORAGE_UNREACHABLE', async () => {
    const apiEndpoint = await stubServer((request) => request.destroy())
    await expect(provider({ apiEndpoint }).upload(bytes)).rejects.toMatchObject({
      code: 'STORAGE_UNREACHABLE',
    })
  })
})

describe('signing in at the real service', () => {
  const settings = ['GOOGLE_APPLICATION_CREDENTIALS', 'METADATA_SERVER_DETECTION', 'HOME'] as const
  const before = settings.map((name) => [name, process.env[name]] as const)
  afterEach(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  })

  it.each([
    ['there is nothing to sign in with', undefined],
    ['the key file is not there', '/nowhere/key.json'],
  ])('is refused without asking anyone when %s', async (_, keyFile) => {
    Object.assign(process.env, { METADATA_SERVER_DETECTION: 'none', HOME: '/nowhere' })
    if (keyFile === undefined) delete process.env.GOOGLE_APPLICATION_CREDENTIALS
    else process.env.GOOGLE_APPLICATION_CREDENTIALS = keyFile
    const storage = createGoogleCloudStorage({ bucket: buckets.open })
    opened.push(storage)
    await expect(storage.upload(bytes)).rejects.toMatchObject({
      code: 'STORAGE_REFUSED',
      retriable: false,
      hint: expect.stringContaining('GOOGLE_APPLICATION_CREDENTIALS'),
    })
  })
})

describe('a server that never answers', () => {
  let silent: Server
  let url = ''
  const waiting: (() => void)[] = []
  beforeAll(async () => {
    silent = createServer(() => waiting.shift()?.())
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
  })
  afterAll(() => {
    silent.closeAllConnections()
    silent.close()
  })
  const asked = () => new Promise<void>((resolve) => waiting.push(resolve))

  const calls: [
    string,
    (storage: ObjectStorage, options: { signal?: AbortSignal; timeoutMs?: number }) => Promise<unknown>,
  ][] = [
    ['upload', (storage, options) => storage.upload(bytes, options)],
    ['download', (storage, options) => storage.download(`${url}/open-bucket/x`, options)],
    ['list', (storage, options) => storage.list(options)],
    ['delete', (storage, options) => storage.delete(`${url}/open-bucket/x`, options)],
    ['missingPermissions', (storage, options) => storage.missingPermissions(options)],
  ]

  it.each(calls)('holds no %s that is aborted, which rejects with the reason', async (_, call) => {
    const storage = provider({ apiEndpoint: url })
    const controller = new AbortController()
    const reached = asked()
    const outcome = call(storage, { signal: controller.signal }).catch((error) => error)
    await reached
    const reason = new Error('the run was stopped')
    controller.abort(reason)
    expect(await outcome).toBe(reason)
    expect(await call(storage, { signal: controller.signal }).catch((error) => error)).toBe(reason)
  })

  it.each(calls)('holds no %s beyond its time', async (_, call) => {
    const storage = provider({ apiEndpoint: url })
    await expect(call(storage, { timeoutMs: 20 })).rejects.toMatchObject({
      code: 'STORAGE_UNREACHABLE',
      retriable: true,
      details: { timeoutMs: 20 },
    })
  })

  it('uses its own signal for calls that bring none', async () => {
    const reason = new Error('stopped')
    const storage = provider({ apiEndpoint: url, signal: AbortSignal.abort(reason) })
    await expect(storage.upload(bytes)).rejects.toBe(reason)
  })

  it('leaves no listener on a signal that outlives its calls', async () => {
    const { signal } = new AbortController()
    let listeners = 0
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++
      add(...args)
    }
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--
      remove(...args)
    }
    const storage = provider()
    for (let i = 0; i < 5; i++) await storage.upload(bytes, { signal })
    expect(listeners).toBe(0)
  })
})

it('no error holds a signature, whatever the server says about it', async () => {
  const secret = 'abcdef0123456789'.repeat(32)
  const apiEndpoint = await stubServer((request, response) => {
    response
      .writeHead(403)
      .end(`<Error><Code>SignatureDoesNotMatch</Code><Details>${request.url}</Details></Error>`)
  })
  const storage = provider({ apiEndpoint })
  const url = `${apiEndpoint}/${buckets.open}/x?X-Goog-Date=20260101T000000Z&X-Goog-Signature=${secret}`
  const calls = [
    () => storage.download(url),
    () => storage.delete(url),
    () => storage.download(`ftp://h/?X-Goog-Signature=${secret}`),
  ]
  for (const call of calls) {
    const error = await call().catch((caught) => caught)
    expect(error).toBeInstanceOf(LoadTestError)
    const told = `${error.message}${error.stack}${JSON.stringify(error)}${JSON.stringify(error.details)}${error.cause}`
    expect(told).not.toContain(secret.slice(0, 20))
  }
})
