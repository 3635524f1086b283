import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { deflateSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createIdentityDerivation } from '../../src/testbed/personal-server/identity.ts'
import { encryptPgp, seal } from './seal.fixture.ts'
import { applicationError, createWorld, fileIdOf, mnemonic, user, type World } from './world.fixture.ts'

const limit = 1_048_576
const server = createIdentityDerivation(mnemonic)(user.address)
let world: World

beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.stop())

/** Posts an operation on one file at a URL and returns what a client sees. */
const outcome = async (url: string, key?: string) => {
  const id = await world.permit({ fileUrls: [url], ...(key === undefined ? {} : { fileKeys: [key] }) })
  const { status, json } = await world.post(id)
  return { id: fileIdOf(id), status, json }
}
const accessError = (url: string, reason: string) => ({
  status: 500,
  json: applicationError(`Failed to download file from ${url}: ${reason}`, 'FILE_ACCESS_ERROR'),
})
const decryptionError = (id: bigint, reason: string) => ({
  status: 500,
  json: applicationError(`Failed to decrypt file ${id}: ${reason}`, 'DECRYPTION_ERROR'),
})
const detailOf = (json: unknown): string => (json as { detail: { detail: string } }).detail.detail

describe('4. File handling: the download', () => {
  it('sends the headers of the original', async () => {
    const url = world.store.put('/plain', await encryptPgp('a', 'a passphrase'))
    expect((await outcome(url)).status).toBe(202)
    expect(world.store.requests.at(-1)?.headers).toMatchObject({
      'user-agent': 'Vana-Personal-Server/1.0',
      accept: '*/*',
      'accept-encoding': 'gzip, deflate',
    })
  })

  it.each([
    [404, 'File not found at'],
    [403, 'Access denied at'],
    [429, 'Rate limited at'],
    [500, 'HTTP 500 at'],
    [503, 'HTTP 503 at'],
    [401, 'HTTP 401 at'],
  ])('reports HTTP %d', async (code, words) => {
    const url = world.store.handle(`/status/${code}`, (_incoming, outgoing) => outgoing.writeHead(code).end())
    expect(await outcome(url)).toMatchObject(
      accessError(url, `Unexpected error downloading from ${url}: ${words} ${url}`),
    )
  })

  it.each([
    ['http://127.0.0.1:1/f', 'ECONNREFUSED'],
    ['ftp://x/y', 'not an HTTP URL'],
    ['hello', 'not an HTTP URL'],
  ])('reports the URL %s', async (url, words) => {
    const { status, json } = await outcome(url)
    expect(status).toBe(500)
    expect(detailOf(json)).toContain(
      `Failed to download file from ${url}: Request error downloading from ${url}: `,
    )
    expect(detailOf(json)).toContain(words)
  })

  it('reports a connection that drops before or within the body', async () => {
    const before = world.store.handle('/dropped', (incoming) => incoming.socket.destroy())
    expect(await outcome(before)).toMatchObject({ json: { detail: { error_code: 'FILE_ACCESS_ERROR' } } })
    const within = world.store.handle('/cut', (incoming, outgoing) => {
      outgoing.writeHead(200, { 'content-length': '100' })
      outgoing.write('abc', () => incoming.socket.destroy())
    })
    expect(await outcome(within)).toMatchObject({ json: { detail: { error_code: 'FILE_ACCESS_ERROR' } } })
  })

  it.each([
    'https://drive.google.com/',
    'https://docs.google.com/document',
    'http://x.invalid/?u=drive.google.com',
  ])('reports a Google Drive link without a file id as a failure to decrypt: %s', async (url) => {
    const { id, ...seen } = await outcome(url)
    expect(seen).toEqual(decryptionError(id, `Could not extract file ID from Google Drive URL: ${url}`))
  })

  it('reports an empty URL as a failure to decrypt', async () => {
    const { id, ...seen } = await outcome('')
    expect(seen).toEqual(decryptionError(id, 'File URL cannot be empty'))
  })

  it('follows redirects, decodes gzip, and reports a body that only claims to be gzip', async () => {
    const zipped = gzipSync(await encryptPgp('a', 'a passphrase'))
    const length = { 'content-encoding': 'gzip', 'content-length': String(zipped.length) }
    world.store.put('/zipped', zipped, length)
    const url = world.store.handle('/moved', (_incoming, outgoing) => {
      outgoing.writeHead(307, { location: '/zipped' }).end()
    })
    expect((await outcome(url)).status).toBe(202)
    const bad = world.store.put('/unzipped', 'abc', { 'content-encoding': 'gzip' })
    expect(await outcome(bad)).toMatchObject({ json: { detail: { error_code: 'FILE_ACCESS_ERROR' } } })
  })
})

/** A file host that writes the same bytes to every client and then closes. */
const bareHost = async (answer: Buffer): Promise<{ url: string; stop(): void }> => {
  const host = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.end(answer))
  })
  await once(host.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(host.address() as AddressInfo).port}/x?y`,
    stop: () => void host.close(),
  }
}

describe('4. File handling: broken answers', () => {
  const ok = 'HTTP/1.1 200 OK\r\n'
  const zipped = gzipSync('hello world'.repeat(10))

  it.each<[string, Buffer]>([
    ['no bytes', Buffer.alloc(0)],
    ['no HTTP', Buffer.from('garbage\r\n\r\n')],
    ['fewer bytes than announced', Buffer.from(`${ok}Content-Length: 100\r\n\r\nabc`)],
    ['chunks without an end', Buffer.from(`${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`)],
    ['gzip that is not gzip', Buffer.from(`${ok}Content-Encoding: gzip\r\n\r\nabc`)],
    [
      'gzip with a wrong checksum',
      Buffer.concat([
        Buffer.from(`${ok}Content-Encoding: gzip\r\n\r\n`),
        zipped.subarray(0, -8),
        Buffer.from('12345678'),
      ]),
    ],
  ])('are failures to download: %s', async (_name, answer) => {
    const host = await bareHost(answer)
    try {
      const { status, json } = await outcome(host.url)
      expect([status, json]).toMatchObject([500, { detail: { error_code: 'FILE_ACCESS_ERROR' } }])
      expect(detailOf(json)).toContain(
        `Failed to download file from ${host.url}: Request error downloading from ${host.url}: `,
      )
    } finally {
      host.stop()
    }
  })

  it.each<[string, string, (message: Uint8Array) => Uint8Array]>([
    ['gzip', 'GZIP', gzipSync],
    ['deflate', 'deflate', deflateSync],
    ['an unknown encoding', 'rot13', (message) => message],
  ])('do not include %s', async (_name, encoding, encode) => {
    const body = encode(await encryptPgp('a', 'a passphrase'))
    const url = world.store.put('/encoded', body, {
      'content-encoding': encoding,
      'content-length': String(body.length),
    })
    expect((await outcome(url)).status).toBe(202)
  })

  it('are cut to the bytes that came when gzip ends too early', async () => {
    const body = gzipSync(await encryptPgp('a', 'a passphrase')).subarray(0, 60)
    const url = world.store.put('/cut-gzip', body, { 'content-encoding': 'gzip', 'content-length': '60' })
    expect(await outcome(url)).toMatchObject({ json: { detail: { error_code: 'DECRYPTION_ERROR' } } })
  })
})

describe('4. File handling: the size', () => {
  it('may be 1 MiB, encrypted', async () => {
    const url = world.store.put('/full', Buffer.alloc(limit))
    const { id, ...seen } = await outcome(url)
    expect(seen).toEqual(
      decryptionError(id, 'Failed to decrypt user data: Decryption failed: no data was provided'),
    )
  })

  it('is a failure to decrypt when the announced size is too large', async () => {
    const url = world.store.put('/large', Buffer.alloc(limit + 1))
    const { id, ...seen } = await outcome(url)
    expect(seen).toEqual(
      decryptionError(id, `File size (${limit + 1} bytes) exceeds limit (${limit} bytes) at ${url}`),
    )
  })

  it('is a failure to download when the URL contains download', async () => {
    const url = world.store.put('/DownLoad', Buffer.alloc(limit + 1))
    expect(await outcome(url)).toMatchObject(
      accessError(url, `File size (${limit + 1} bytes) exceeds limit (${limit} bytes) at ${url}`),
    )
  })

  it.each([limit + 1, limit + 100_000])(
    'is a failure to download when %d bytes come unannounced',
    async (size) => {
      const url = world.store.handle('/stream', (_incoming, outgoing) => {
        outgoing.writeHead(200)
        outgoing.end(Buffer.alloc(size))
      })
      expect(await outcome(url)).toMatchObject(
        accessError(url, `File size exceeds limit (${limit} bytes) during download from ${url}`),
      )
    },
  )

  it('is that of the decoded bytes while they come, and of the encoded ones in the announcement', async () => {
    const zipped = gzipSync(Buffer.alloc(limit + 1))
    const headers = { 'content-encoding': 'gzip', 'content-length': String(zipped.length) }
    const url = world.store.put('/bomb', zipped, headers)
    expect(detailOf((await outcome(url)).json)).toContain(`during download from ${url}`)
  })

  it('has no limit after decryption', async () => {
    const { createMessage, encrypt, enums } = await import('openpgp')
    const message = await createMessage({ binary: new Uint8Array(3_000_000).fill(97) })
    const config = { preferredCompressionAlgorithm: enums.compression.zlib }
    const packed = await encrypt({ message, passwords: ['a passphrase'], format: 'binary', config })
    expect(packed.length).toBeLessThan(limit)
    expect((await outcome(world.store.put('/packed', packed))).status).toBe(202)
  })
})

describe('4. File handling: ECIES and PGP', () => {
  let url: string

  beforeAll(async () => {
    url = world.store.put('/encrypted', await encryptPgp('a', 'a passphrase'))
  })
  const sealed = (): string => seal('a passphrase', server.publicKey)
  const prefix = 'Failed to decrypt with wallet private key: '
  /** A key whose ciphertext was changed before the MAC was made. */
  const resealed = (change: (ciphertext: Buffer) => Buffer): string =>
    seal('a passphrase', server.publicKey, change)

  it('open a key with or without 0x, in either case', async () => {
    for (const key of [`0x${sealed()}`, sealed().toUpperCase(), `0x0x${sealed()}`]) {
      expect((await outcome(url, key)).status).toBe(202)
    }
  })

  it.each<[string, () => string, string]>([
    [
      'another server’s key',
      () => seal('a', createIdentityDerivation(mnemonic)(`0x${'11'.repeat(20)}`).publicKey),
      'MAC verification failed',
    ],
    [
      'a tampered key',
      () => sealed().replace(/.$/, (digit) => (digit === '0' ? '1' : '0')),
      'MAC verification failed',
    ],
    [
      'a key whose ciphertext does not end with a block',
      () => resealed((ciphertext) => ciphertext.subarray(1)),
      'Invalid padding bytes.',
    ],
    ['a key with an empty ciphertext', () => resealed(() => Buffer.alloc(0)), 'Invalid padding bytes.'],
    ['a key that is not hex', () => 'zz', 'non-hexadecimal number found in fromhex() arg at position 0'],
    ['a short key', () => 'abcd', 'The public key could not be parsed or is invalid.'],
    ['0x alone', () => '0x', 'The public key could not be parsed or is invalid.'],
    ['a key without ciphertext and MAC', () => sealed().slice(0, 162), 'MAC verification failed'],
    [
      'a passphrase that is not UTF-8',
      () => seal(Buffer.from([0xff]), server.publicKey),
      "'utf-8' codec can't decode the bytes",
    ],
  ])('report %s', async (_name, key, reason) => {
    const { id, ...seen } = await outcome(url, key())
    expect(seen).toEqual(decryptionError(id, prefix + reason))
  })

  it('report a wrong passphrase', async () => {
    const { id, ...seen } = await outcome(url, seal('another', server.publicKey))
    expect(seen).toEqual(
      decryptionError(id, 'Failed to decrypt user data: Decryption failed: decryption failed'),
    )
  })

  it.each(['', 'not encrypted', '{"a":1}'])('report a file that is not a message: %j', async (body) => {
    const { id, ...seen } = await outcome(world.store.put('/no-message', body))
    expect(seen).toEqual(
      decryptionError(id, 'Failed to decrypt user data: Decryption failed: no data was provided'),
    )
  })

  it('report plain bytes that are not UTF-8', async () => {
    const message = await encryptPgp(Buffer.from([0xff, 0x41]), 'a passphrase')
    const { id, ...seen } = await outcome(world.store.put('/latin', message))
    expect(seen).toEqual(decryptionError(id, "'utf-8' codec can't decode the bytes"))
  })

  it('name the file that failed', async () => {
    const id = await world.permit({ files: ['a', 'b'], fileKeys: [sealed(), 'zz'] })
    const { json } = await world.post(id)
    expect(detailOf(json)).toContain(`Failed to decrypt file ${fileIdOf(id, 1)}: `)
  })
})
