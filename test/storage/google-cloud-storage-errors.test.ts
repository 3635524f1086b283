import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { usualStorage } from '../../src/config/usual-settings.fixture.ts'
import { LoadTestError } from '../../src/errors/load-test-error.ts'
import {
  createGoogleCloudStorage,
  type GoogleCloudStorageOptions,
} from '../../src/storage/google-cloud-storage.ts'
import type { ObjectStorage } from '../../src/storage/object-storage.ts'
import { buckets, useEmulator } from './storage.fixture.ts'
import { answering, stubServer } from './stub-server.fixture.ts'

const use = useEmulator()
const bytes = new TextEncoder().encode('some bytes')

function provider(options: Partial<GoogleCloudStorageOptions> = {}): ObjectStorage {
  const usual = { bucket: buckets.open, apiEndpoint: use.emulator().url }
  const storage = createGoogleCloudStorage({ ...usualStorage, ...usual, ...options })
  onTestFinished(() => storage.close())
  return storage
}

describe('an error answer', () => {
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
    const { url: apiEndpoint } = await answering(status, { 'retry-after': '7' }, 'no')
    const storage = provider({ apiEndpoint })
    const expected = { code, retriable, details: { status, retryAfterMs: 7000 } }
    await expect(storage.upload(bytes)).rejects.toMatchObject(expected)
    await expect(storage.download(`${use.emulator().url.replace(/\d+$/, '1')}`)).rejects.toMatchObject({
      code: 'STORAGE_UNREACHABLE',
    })
    const { retryAfterMs: _, ...details } = expected.details
    await expect(storage.list()).rejects.toMatchObject({ ...expected, details })
  })

  it('is not retried', async () => {
    const { url: apiEndpoint, requests } = await answering(503)
    const storage = provider({ apiEndpoint })
    await expect(storage.upload(bytes)).rejects.toThrow()
    expect(requests()).toBe(1)
    await expect(storage.list()).rejects.toThrow()
    expect(requests()).toBe(2)
  })

  it("keeps the service's reason", async () => {
    await expect(provider({ bucket: 'nowhere' }).upload(bytes)).rejects.toMatchObject({
      code: 'STORAGE_REFUSED',
      message: expect.stringContaining('The specified bucket does not exist'),
      details: { status: 404, reason: 'notFound' },
    })
    const absent = provider().download(use.url('/open-bucket/absent'))
    await expect(absent).rejects.toMatchObject({ details: { status: 404, reason: 'NoSuchKey' } })
  })

  it.each(['{}', 'no json', '{"crc32c":"AAAAAA=="}', '[]', '{"crc32c":7}'])(
    'includes one that does not confirm the bytes: %s',
    async (body) => {
      const { url: apiEndpoint } = await answering(200, {}, body)
      await expect(provider({ apiEndpoint }).upload(bytes)).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
    },
  )

  it('includes a download that does not match its checksum', async () => {
    const headers = { 'x-goog-hash': 'crc32c=AAAAAA==', 'x-goog-stored-content-encoding': 'identity' }
    const url = await stubServer((_, response) => response.writeHead(200, headers).end('tampered'))
    await expect(provider().download(`${url}/b/x`)).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
  })

  it('is STORAGE_UNREACHABLE without a connection', async () => {
    const storage = provider({ apiEndpoint: 'http://127.0.0.1:1' })
    const expected = { code: 'STORAGE_UNREACHABLE', retriable: true, details: { code: 'ECONNREFUSED' } }
    await expect(storage.upload(bytes)).rejects.toMatchObject(expected)
    await expect(storage.list()).rejects.toMatchObject(expected)
  })

  it('is STORAGE_UNREACHABLE when the connection is cut', async () => {
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
    ['there are no credentials', undefined],
    ['the key file does not exist', '/nowhere/key.json'],
  ])('is refused without a request when %s', async (_, keyFile) => {
    Object.assign(process.env, { METADATA_SERVER_DETECTION: 'none', HOME: '/nowhere' })
    if (keyFile === undefined) delete process.env.GOOGLE_APPLICATION_CREDENTIALS
    else process.env.GOOGLE_APPLICATION_CREDENTIALS = keyFile
    const storage = createGoogleCloudStorage({ ...usualStorage, bucket: buckets.open })
    onTestFinished(() => storage.close())
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

  it.each(calls)('cannot hold an aborted %s, which rejects with the reason', async (_, call) => {
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

  it.each(calls)('cannot hold %s beyond its time limit', async (_, call) => {
    const storage = provider({ apiEndpoint: url })
    await expect(call(storage, { timeoutMs: 20 })).rejects.toMatchObject({
      code: 'STORAGE_UNREACHABLE',
      retriable: true,
      details: { timeoutMs: 20 },
    })
  })

  it('cannot hold a call whose provider was aborted', async () => {
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

it('no error has a signature, whatever the server answers', async () => {
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
