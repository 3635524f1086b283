import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { usualStorage } from '../../src/config/usual-settings.fixture.ts'
import { ipfsFile } from '../../src/crypto/ipfs-cid.ts'
import type { ObjectStorage } from '../../src/storage/object-storage.ts'
import { createPinata, type PinataOptions } from '../../src/storage/pinata.ts'
import {
  type PinataEmulator,
  type PinataEmulatorOptions,
  startPinataEmulator,
} from '../../src/testbed/pinata/start-pinata-emulator.ts'
import { pointedAt, sdkProviders } from './sdk-storage.fixture.ts'
import { answering, stubServer, toldBy } from './stub-server.fixture.ts'

const jwt = 'a-jwt-of-the-tests'
let emulator: PinataEmulator
beforeAll(async () => {
  emulator = await startPinataEmulator({ keys: [{ jwt }, { jwt: 'reads-only', rights: ['pinList'] }] })
})
afterAll(() => emulator.stop())

function provider(options: Partial<PinataOptions> = {}): ObjectStorage {
  const apiEndpoint = options.apiEndpoint ?? emulator.url
  const storage = createPinata({ ...usualStorage, jwt, apiEndpoint, gatewayUrl: apiEndpoint, ...options })
  onTestFinished(() => storage.close())
  return storage
}

async function another(options: Partial<PinataEmulatorOptions>): Promise<PinataEmulator> {
  const one = await startPinataEmulator({ keys: [{ jwt }], ...options })
  onTestFinished(() => one.stop())
  return one
}

const text = async (blob: Promise<Blob>): Promise<string> => (await blob).text()

describe('the SDK’s own PinataStorage', () => {
  it('pins, lists, reads and unpins', async () => {
    const { PinataStorage } = await sdkProviders()
    const sdk = pointedAt(new PinataStorage({ jwt, gatewayUrl: emulator.url }), { apiUrl: emulator.url })
    const { url, size } = await sdk.upload(new Blob(['hello world\n']), 'sdk "1".txt')
    expect({ url, size }).toEqual({ url: 'ipfs://QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o', size: 12 })
    const cid = url.slice('ipfs://'.length)
    expect(await text(sdk.download(cid))).toBe('hello world\n')
    const listed = await sdk.list({ namePattern: 'sdk' })
    expect(listed).toMatchObject([{ name: 'sdk "1".txt', url, metadata: { uploadedBy: 'vana-sdk' } }])
    // Each provider reads the other's files, and lists only its own.
    expect(await text(provider().download(url))).toBe('hello world\n')
    expect(await provider().list({ namePattern: 'sdk' })).toEqual([])
    expect(await sdk.delete(cid)).toBe(true)
    await expect(sdk.download(cid)).rejects.toThrow('Not Found')
    await expect(sdk.delete(cid)).rejects.toThrow('CURRENT_USER_HAS_NOT_PINNED_CID')
  })

  it('is refused with an unknown JWT', async () => {
    const { PinataStorage } = await sdkProviders()
    const sdk = pointedAt(new PinataStorage({ jwt: 'other' }), { apiUrl: emulator.url })
    await expect(sdk.upload(new Blob(['x']))).rejects.toThrow('INVALID_CREDENTIALS')
  })
})

describe('Pinata', () => {
  it('pins a file under its computed content id, in one request', async () => {
    const before = emulator.stats().requests
    const bytes = randomBytes(300_000)
    const result = await provider({ prefix: 'runs/7/' }).upload(bytes, {
      name: 'a "b"/ü.bin',
      contentType: 'x/y',
    })
    const { cid } = ipfsFile(bytes, 0)
    expect(result).toMatchObject({ url: `ipfs://${cid}`, size: 300_000, contentType: 'x/y' })
    expect(emulator.stats().requests - before).toBe(1)
    const read = await fetch(`${emulator.url}/ipfs/${cid}`)
    expect(Buffer.from(await read.arrayBuffer()).equals(bytes)).toBe(true)
    expect(read.headers.get('content-type')).toBe('x/y')
    const [listed] = await provider().list({ namePattern: 'a "b"/ü' })
    expect(listed).toMatchObject({ id: cid, name: 'runs/7/a "b"/ü.bin', contentType: 'x/y' })
  })

  it('stores any bytes, and equal files once', async () => {
    const storage = provider()
    const awkward = Buffer.from('\r\n--vana-load--\r\n--\r\n\r\n\0\xff--', 'latin1')
    for (const content of [awkward, new Uint8Array(0), Buffer.alloc(200_000, 'x'), awkward.subarray(3, 9)]) {
      const { url } = await storage.upload(content)
      expect(Buffer.from(await (await storage.download(url)).arrayBuffer()).equals(content)).toBe(true)
    }
    const { pins } = emulator.stats()
    const [one, other] = await Promise.all([
      storage.upload(awkward),
      storage.upload(new Blob([awkward]), 'again'),
    ])
    expect([one.url, emulator.stats().pins]).toEqual([other.url, pins])
  })

  it('unpins by URL, gateway URL or content id: true, then false', async () => {
    const storage = provider()
    const { url } = await storage.upload(randomBytes(20))
    const cid = url.slice('ipfs://'.length)
    expect(await storage.delete(`https://gateway.pinata.cloud/ipfs/${cid}?x`)).toBe(true)
    expect([await storage.delete(url), await storage.delete(cid)]).toEqual([false, false])
    await expect(storage.download(url)).rejects.toMatchObject({
      code: 'STORAGE_REFUSED',
      details: { status: 404 },
    })
    for (const odd of ['https://example.com/x', 'ipfs://x', '']) {
      await expect(storage.delete(odd)).rejects.toMatchObject({ code: 'STORAGE_REFUSED' })
      await expect(storage.download(odd)).rejects.toMatchObject({ code: 'STORAGE_REFUSED' })
    }
  })

  it('lists the latest first, in pages, by part of the name and by type', async () => {
    const own = await another({})
    const storage = provider({ apiEndpoint: own.url, prefix: 'l/' })
    for (const name of ['1.json', '2.bin', '3.json']) {
      await storage.upload(Buffer.from(name), {
        name,
        contentType: name.endsWith('json') ? 'application/json' : 'x/y',
      })
    }
    const names = async (options = {}) => (await storage.list(options)).map(({ name }) => name)
    expect(await names()).toEqual(['l/3.json', 'l/2.bin', 'l/1.json'])
    expect(await names({ limit: 2, offset: 1 })).toEqual(['l/2.bin', 'l/1.json'])
    expect(await names({ namePattern: 'json', limit: 1 })).toEqual(['l/3.json'])
    expect(await names({ contentType: 'x/y' })).toEqual(['l/2.bin'])
    const [first] = await storage.list({ limit: 1 })
    expect(await names({ offset: first?.id })).toEqual(['l/2.bin', 'l/1.json'])
  })

  it('reports the missing right', async () => {
    expect(await provider().missingPermissions()).toEqual([])
    const own = await another({ keys: [{ jwt, rights: ['pinFileToIPFS'] }] })
    expect(await provider({ apiEndpoint: own.url }).missingPermissions()).toEqual(['data/pinList'])
    const reading = provider({ jwt: 'reads-only' })
    await expect(reading.upload(randomBytes(9))).rejects.toMatchObject({
      code: 'STORAGE_REFUSED',
      details: { status: 403, reason: 'NO_SCOPES_FOUND' },
      message: expect.stringContaining('required scopes'),
    })
  })

  it('reports the limits of the service: request rate and file size', async () => {
    const now = () => new Date(45_000)
    const limited = provider({ apiEndpoint: (await another({ requestsPerMinute: 1, now })).url })
    await limited.upload(randomBytes(9))
    await expect(limited.upload(randomBytes(9))).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
      retriable: true,
      details: { status: 429, retryAfterMs: 15_000 },
    })
    const small = provider({ apiEndpoint: (await another({ maxFileBytes: 10 })).url })
    await small.upload(randomBytes(10))
    await expect(small.upload(randomBytes(11))).rejects.toMatchObject({ details: { status: 413 } })
  })

  it('detects a content id of other bytes', async () => {
    const { cid } = ipfsFile(Buffer.from('others'), 1)
    const lying = await answering(200, {}, JSON.stringify({ IpfsHash: cid }))
    const storage = provider({ apiEndpoint: lying.url })
    await expect(storage.upload(Buffer.from('bytes'))).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
    await expect(storage.download(`ipfs://${cid}`)).rejects.toThrow('do not match the content id')
    const silent = provider({ apiEndpoint: (await answering(200, {}, '{}')).url })
    await expect(silent.upload(Buffer.from('bytes'))).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
  })

  it.each([
    [401, 'STORAGE_REFUSED'],
    [408, 'STORAGE_FAILED'],
    [429, 'STORAGE_FAILED'],
    [503, 'STORAGE_FAILED'],
  ])('makes one request, and classifies %i without its token in the error', async (status, code) => {
    const echo = await answering(status, { 'retry-after': '7' }, (authorization) =>
      JSON.stringify({ error: { reason: 'R', details: `you sent ${authorization}` } }),
    )
    const storage = provider({ apiEndpoint: echo.url })
    for (const call of [
      () => storage.upload(randomBytes(9)),
      () => storage.list(),
      () => storage.delete('Qm'.padEnd(46, 'a')),
    ]) {
      const before = echo.requests()
      const error = await call().catch((reason: unknown) => reason)
      expect(error).toMatchObject({ code, details: { status, reason: 'R', retryAfterMs: 7000 } })
      expect(echo.requests() - before).toBe(1)
      expect(toldBy(error)).toContain('you sent Bearer [redacted]')
      expect(toldBy(error)).not.toContain(jwt)
    }
  })

  it('never sends its JWT to a gateway', async () => {
    const echo = await answering(200, {}, (authorization) => `sent "${authorization}"`)
    expect(await text(provider({ gatewayUrl: `${echo.url}/ipfs/` }).download('Qm'.padEnd(46, 'a')))).toBe(
      'sent ""',
    )
  })

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
  })

  it.each(['', 'two words', 'line\r\nx: y'])(
    'rejects a JWT that is not valid in a header, without quoting it',
    (odd) => {
      expect(() => createPinata({ ...usualStorage, jwt: odd })).toThrow(
        /^The Pinata JWT is empty or has characters/,
      )
    },
  )
})

describe('the emulated gateway', () => {
  it('serves a file by either version of its id, also in part', async () => {
    const bytes = Buffer.from('0123456789')
    const form = new FormData()
    form.append('pinataOptions', '{"cidVersion":1}')
    form.append('file', new Blob([bytes]), 'digits')
    const pinned = await fetch(`${emulator.url}/pinning/pinFileToIPFS`, {
      method: 'POST',
      headers: { authorization: `Bearer ${jwt}` },
      body: form,
    })
    const { IpfsHash: cid, PinSize } = (await pinned.json()) as { IpfsHash: string; PinSize: number }
    expect({ cid, PinSize }).toEqual({ cid: ipfsFile(bytes, 1).cid, PinSize: 10 })
    const part = await fetch(`${emulator.url}/ipfs/${cid}`, { headers: { range: 'bytes=2-4' } })
    expect([part.status, await part.text(), part.headers.get('x-ipfs-roots')]).toEqual([206, '234', cid])
    const statuses = ['/ipfs/x', `/ipfs/${cid}/below`, `/ipfs/${ipfsFile(randomBytes(9), 0).cid}`]
    const found = await Promise.all(statuses.map(async (path) => (await fetch(emulator.url + path)).status))
    expect(found).toEqual([400, 404, 404])
  })

  it.each([
    ['no form', 'text/plain', 'x'],
    [
      'a form without a file',
      'multipart/form-data; boundary=b',
      '--b\r\ncontent-disposition: form-data; name="x"\r\n\r\n1\r\n--b--',
    ],
    [
      'a form that breaks off',
      'multipart/form-data; boundary=b',
      '--b\r\ncontent-disposition: form-data; name="file"\r\n\r\n1',
    ],
  ])('refuses %s', async (_, type, body) => {
    const headers = { authorization: `Bearer ${jwt}`, 'content-type': type }
    const answer = await fetch(`${emulator.url}/pinning/pinFileToIPFS`, { method: 'POST', headers, body })
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { reason: 'INVALID_FORM' } }])
  })
})
