import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { usualStorage } from '../../src/config/usual-settings.fixture.ts'
import { createGoogleDrive, type GoogleDriveOptions } from '../../src/storage/google-drive.ts'
import type { ObjectStorage } from '../../src/storage/object-storage.ts'
import {
  type DriveEmulator,
  type DriveEmulatorOptions,
  startDriveEmulator,
} from '../../src/testbed/google-drive/start-drive-emulator.ts'
import { pointedAt, sdkProviders } from './sdk-storage.fixture.ts'
import { account } from './storage.fixture.ts'
import { answering, stubServer, toldBy } from './stub-server.fixture.ts'

const accessToken = 'an-access-token-of-the-tests'
const grant = { clientId: 'client', clientSecret: 'client-secret', refreshToken: 'refresh-token' }
const folderId = 'folder-of-the-tests'
const options: DriveEmulatorOptions = {
  accessTokens: [accessToken],
  refreshGrants: [grant],
  serviceAccounts: [{ clientEmail: account.client_email, key: account.private_key }],
  folders: [{ id: folderId, name: 'runs' }],
}
let emulator: DriveEmulator
beforeAll(async () => {
  emulator = await startDriveEmulator(options)
})
afterAll(() => emulator.stop())

function provider(own: Partial<GoogleDriveOptions> = {}): ObjectStorage {
  const storage = createGoogleDrive({
    ...usualStorage,
    credentials: { accessToken },
    apiEndpoint: emulator.url,
    ...own,
  })
  onTestFinished(() => storage.close())
  return storage
}

async function another(own: Partial<DriveEmulatorOptions>): Promise<DriveEmulator> {
  const one = await startDriveEmulator({ ...options, ...own })
  onTestFinished(() => one.stop())
  return one
}

/** Downloads a file as anyone can. */
const publicly = (url: string, { url: origin } = emulator): Promise<Response> =>
  fetch(url.replace('https://drive.google.com', origin))
const publicText = async (url: string): Promise<string> => (await publicly(url)).text()

describe('the SDK’s own GoogleDriveStorage', () => {
  const sdkStorage = async (config: object = {}) => {
    const { GoogleDriveStorage } = await sdkProviders()
    return pointedAt(new GoogleDriveStorage({ accessToken, ...config }), {
      baseUrl: `${emulator.url}/drive/v3`,
      uploadUrl: `${emulator.url}/upload/drive/v3`,
    })
  }

  it('uploads, shares, lists, reads and deletes', async () => {
    const sdk = await sdkStorage({ folderId })
    const file = new Blob(['some bytes'], { type: 'x/y' })
    const { url, size, contentType } = await sdk.upload(file, 'sdk file.bin')
    expect(url).toMatch(/^https:\/\/drive\.google\.com\/uc\?id=1[\w-]{32}&export=download$/)
    expect({ size, contentType }).toEqual({ size: 10, contentType: 'x/y' })
    expect(await publicText(url)).toBe('some bytes')
    expect(await (await sdk.download(url)).text()).toBe('some bytes')
    const [listed, ...others] = await sdk.list({ namePattern: 'sdk' })
    expect(listed).toMatchObject({ name: 'sdk file.bin', url, size: 10, contentType: 'x/y' })
    expect(others).toEqual([])
    expect(await (await provider().download(url)).text()).toBe('some bytes')
    expect([await sdk.delete(url), await sdk.delete(url)]).toEqual([true, true])
    await expect(sdk.download(url)).rejects.toThrow('File not found')
  })

  it('finds and creates folders', async () => {
    const sdk = await sdkStorage()
    expect(await sdk.findFolder('runs')).toBe(folderId)
    const made = await sdk.findOrCreateFolder("Ann's", folderId).catch((error: Error) => error.message)
    // It does not escape what it puts into a query.
    expect(made).toContain('Failed to search')
    const id = await sdk.findOrCreateFolder('new', folderId)
    expect(await sdk.findOrCreateFolder('new', folderId)).toBe(id)
  })

  it('is refused with an unknown token', async () => {
    await expect((await sdkStorage({ accessToken: 'other' })).list()).rejects.toThrow('authError')
  })
})

describe('Google Drive', () => {
  it('uploads a file and shares it with anyone, in two requests', async () => {
    const before = emulator.stats().requests
    const storage = provider({ folderId, prefix: 'runs/7/' })
    const result = await storage.upload(Buffer.from('some bytes'), {
      name: 'a "b"/ü.bin',
      contentType: 'x/y',
    })
    expect(emulator.stats().requests - before).toBe(2)
    expect(result).toMatchObject({ size: 10, contentType: 'x/y', metadata: { name: 'runs/7/a "b"/ü.bin' } })
    const read = await publicly(result.url)
    expect([await read.text(), read.headers.get('content-type')]).toEqual(['some bytes', 'x/y'])
    expect((await storage.list()).map(({ url }) => url)).toEqual([result.url])
    expect([await storage.delete(result.url), await storage.delete(result.url)]).toEqual([true, false])
    expect((await publicly(result.url)).status).toBe(404)
  })

  it('deletes an upload that it cannot share, and fails', async () => {
    const closed = await another({ maySharePublicly: false })
    const storage = provider({ apiEndpoint: closed.url })
    await expect(storage.upload(randomBytes(9), { name: 'x' })).rejects.toMatchObject({
      code: 'STORAGE_REFUSED',
      details: { status: 403, reason: 'publishOutNotPermitted' },
      message: expect.stringContaining('let anyone read "x"'),
    })
    expect(closed.stats().files).toBe(1)
  })

  it('stores any bytes, and detects a change on the way', async () => {
    const storage = provider()
    const awkward = Buffer.from('\r\n--vana-load--\r\n--\r\n\r\n\0\xff--', 'latin1')
    for (const content of [awkward, new Uint8Array(0), Buffer.alloc(200_000, 'x')]) {
      const { url } = await storage.upload(content)
      expect(Buffer.from(await (await storage.download(url)).arrayBuffer()).equals(content)).toBe(true)
    }
    const lying = await answering(200, {}, JSON.stringify({ id: 'x', md5Checksum: '00' }))
    await expect(provider({ apiEndpoint: lying.url }).upload(awkward)).rejects.toThrow('other bytes')
  })

  it('lists its folder by name, in pages, by part of the name and by type', async () => {
    const own = await another({})
    const storage = provider({ apiEndpoint: own.url, folderId, prefix: 'l/' })
    for (const name of ['3.json', '1.json', '2.bin']) {
      await storage.upload(Buffer.from(name), {
        name,
        contentType: name.endsWith('json') ? 'application/json' : 'x/y',
      })
    }
    const elsewhere = provider({ apiEndpoint: own.url })
    await elsewhere.upload(Buffer.from('x'), 'l/4.json')
    const names = async (from: ObjectStorage, how = {}) => (await from.list(how)).map(({ name }) => name)
    expect(await names(storage)).toEqual(['l/1.json', 'l/2.bin', 'l/3.json'])
    expect(await names(storage, { limit: 2, offset: 1 })).toEqual(['l/2.bin', 'l/3.json'])
    expect(await names(storage, { namePattern: 'son', limit: 1 })).toEqual(['l/1.json'])
    expect(await names(storage, { contentType: 'x/y' })).toEqual(['l/2.bin'])
    const [first] = await storage.list({ limit: 1 })
    expect(await names(storage, { offset: first?.id })).toEqual(['l/2.bin', 'l/3.json'])
    expect(await names(elsewhere)).toHaveLength(4)
  })

  it('reports whether its folder is usable', async () => {
    expect(await provider().missingPermissions()).toEqual([])
    expect(await provider({ folderId }).missingPermissions()).toEqual([])
    await expect(provider({ folderId: 'nowhere' }).missingPermissions()).rejects.toThrow(
      'File not found: nowhere',
    )
    await expect(provider({ folderId: 'nowhere' }).upload(randomBytes(3))).rejects.toMatchObject({
      details: { status: 404 },
    })
    const { url } = await provider().upload(randomBytes(3))
    const file = /id=([\w-]+)/.exec(url)?.[1] ?? ''
    await expect(provider({ folderId: file }).missingPermissions()).rejects.toThrow('it is not a folder')
  })

  it.each(['https://example.com/uc?id=abc', 'https://drive.google.com/', 'abc'])(
    'refuses the URL %s',
    async (url) => {
      await expect(provider().download(url)).rejects.toMatchObject({ code: 'STORAGE_REFUSED' })
      await expect(provider().delete(url)).rejects.toMatchObject({ code: 'STORAGE_REFUSED' })
    },
  )

  it('stops at once when aborted, and when a request times out', async () => {
    const hanging = await stubServer(() => undefined)
    const controller = new AbortController()
    const storage = provider({ apiEndpoint: hanging, timeoutMs: 50 })
    const upload = storage.upload(randomBytes(9), { signal: controller.signal, timeoutMs: 60_000 })
    controller.abort(new Error('stop'))
    await expect(upload).rejects.toThrow('stop')
    await expect(storage.list()).rejects.toMatchObject({
      code: 'STORAGE_UNREACHABLE',
      details: { timeoutMs: 50 },
    })
    const signingIn = provider({ apiEndpoint: hanging, timeoutMs: 50, credentials: grant })
    await expect(signingIn.list()).rejects.toMatchObject({ code: 'STORAGE_UNREACHABLE' })
  })
})

describe('signing in to Google', () => {
  it.each([
    ['a refresh token', grant],
    ['a service account', { serviceAccount: account }],
  ])('with %s takes one request for all calls', async (_, credentials) => {
    const storage = provider({ credentials })
    const before = emulator.stats().requests
    await Promise.all(Array.from({ length: 5 }, () => storage.list()))
    expect(emulator.stats().requests - before).toBe(6)
  })

  it.each([
    [
      'a revoked refresh token',
      { ...grant, refreshToken: 'revoked-token' },
      'invalid_grant: Token has been expired or revoked',
    ],
    ['another client', { ...grant, clientSecret: 'no-such-secret' }, 'invalid_client'],
    ['an unknown account', { serviceAccount: { ...account, client_email: 'x@y.z' } }, 'invalid_grant'],
  ])('with %s is refused, without secrets in the error', async (_, credentials, told) => {
    const error = await provider({ credentials })
      .upload(randomBytes(3))
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'STORAGE_REFUSED', message: expect.stringContaining(told) })
    expect(toldBy(error)).not.toMatch(/revoked-token|no-such-secret|client-secret|refresh-token|ey[\w-]{20}/)
  })

  it('happens again for the next call after a token expired', async () => {
    let nowMs = Date.now()
    const own = await another({ now: () => new Date(nowMs) })
    const storage = provider({ apiEndpoint: own.url, credentials: grant })
    await storage.list()
    nowMs += 3_600_000
    await expect(storage.list()).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
      retriable: true,
      details: { status: 401 },
    })
    expect(await storage.list()).toEqual([])
  })

  it('is not possible with an expired access token, and the hint names what is', async () => {
    await expect(provider({ credentials: { accessToken: 'ended' } }).list()).rejects.toMatchObject({
      code: 'STORAGE_REFUSED',
      hint: expect.stringContaining('refresh token'),
    })
    expect(() => createGoogleDrive({ ...usualStorage, credentials: { accessToken: 'a b' } })).toThrow(
      /^The access token/,
    )
  })
})

describe('an error answer', () => {
  const google = (reason: string, authorization: string) =>
    JSON.stringify({
      error: { code: 0, message: `you sent ${authorization}`, errors: [{ domain: 'global', reason }] },
    })

  it.each([
    [403, 'insufficientFilePermissions', 'STORAGE_REFUSED', undefined],
    [403, 'storageQuotaExceeded', 'STORAGE_REFUSED', undefined],
    [403, 'userRateLimitExceeded', 'STORAGE_FAILED', true],
    [403, 'sharingRateLimitExceeded', 'STORAGE_FAILED', true],
    [429, 'rateLimitExceeded', 'STORAGE_FAILED', undefined],
    [500, 'backendError', 'STORAGE_FAILED', undefined],
  ])(
    '%i with %s is %s, after one request and without the token in the error',
    async (status, reason, code, rateLimited) => {
      const echo = await answering(status, { 'retry-after': '7' }, (authorization) =>
        google(reason, authorization),
      )
      const error = await provider({ apiEndpoint: echo.url })
        .upload(randomBytes(9))
        .catch((thrown: unknown) => thrown)
      const details = { status, reason, retryAfterMs: 7000, ...(rateLimited && { rateLimited }) }
      expect(error).toMatchObject({ code, details })
      expect(echo.requests()).toBe(1)
      expect(toldBy(error)).toContain('you sent Bearer [redacted]')
      expect(toldBy(error)).not.toContain(accessToken)
    },
  )

  it('also comes from the emulator’s own limits', async () => {
    const limited = await another({ requestsPerMinute: 2, maxObjectBytes: 10, now: () => new Date(0) })
    const storage = provider({ apiEndpoint: limited.url })
    await expect(storage.upload(randomBytes(11))).rejects.toMatchObject({ details: { status: 413 } })
    await storage.list()
    await expect(storage.list()).rejects.toMatchObject({
      details: { status: 429, reason: 'rateLimitExceeded' },
    })
  })
})

describe('a public download', () => {
  it('is a page to sign in for a file that is not shared', async () => {
    const uploaded = await fetch(`${emulator.url}/upload/drive/v3/files?uploadType=multipart`, {
      method: 'POST',
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'multipart/related; boundary=b' },
      body: '--b\r\n\r\n{"name":"private"}\r\n--b\r\ncontent-type: x/y\r\n\r\nsecret\r\n--b--',
    })
    const { id } = (await uploaded.json()) as { id: string }
    const page = await publicly(`https://drive.google.com/uc?id=${id}`)
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(await page.text()).toContain('Sign in')
  })

  it('is a warning for a file too large to be scanned, until it is confirmed', async () => {
    const careful = await another({ scanLimitBytes: 4 })
    const { url } = await provider({ apiEndpoint: careful.url }).upload(Buffer.from('12345'))
    expect(await (await publicly(url, careful)).text()).toContain('scan this file for viruses')
    expect(await (await publicly(`${url}&confirm=t`, careful)).text()).toBe('12345')
  })
})
