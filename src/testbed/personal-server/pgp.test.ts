import { createMessage, encrypt, enums } from 'openpgp'
import { beforeAll, describe, expect, it } from 'vitest'
import { openPgp } from './pgp.ts'
import { sessionKeyOf } from './pgp-session-key.ts'

const plain = Buffer.from('{"a":1}\r\nline\n')
let message: Uint8Array

const encryptWith = async (config: object): Promise<Uint8Array> =>
  encrypt({
    message: await createMessage({ binary: new Uint8Array(plain) }),
    passwords: ['secret'],
    format: 'binary',
    config,
  })
const noData = 'Failed to decrypt user data: Decryption failed: no data was provided'
const failed = 'Failed to decrypt user data: Decryption failed: decryption failed'

beforeAll(async () => {
  message = await encryptWith({})
})

describe('opening a PGP file', () => {
  it('returns the plain bytes with their line endings', async () => {
    expect(Buffer.from(await openPgp(message, 'secret'))).toEqual(plain)
  })

  it.each([
    ['AES-128', { preferredSymmetricAlgorithm: enums.symmetric.aes128 }],
    ['SHA-512', { preferredHashAlgorithm: enums.hash.sha512 }],
    ['few iterations', { s2kIterationCountByte: 0 }],
    ['compression', { preferredCompressionAlgorithm: enums.compression.zlib }],
  ])('opens a message with %s', async (_name, config) => {
    expect(Buffer.from(await openPgp(await encryptWith(config), 'secret'))).toEqual(plain)
  })

  it('opens an armored message', async () => {
    const armored = await encrypt({
      message: await createMessage({ binary: new Uint8Array(plain) }),
      passwords: ['secret'],
    })
    expect(Buffer.from(await openPgp(Buffer.from(armored), 'secret'))).toEqual(plain)
  })

  it('opens a message of GnuPG: no encrypted session key, compression', async () => {
    const gnupg = Buffer.from(gnupgMessage, 'base64')
    expect(Buffer.from(await openPgp(gnupg, 'pw')).toString()).toBe('line1\r\nline2 é\n')
  })

  it('reports failed decryption for a wrong passphrase', async () => {
    await expect(openPgp(message, 'other')).rejects.toThrow(new Error(failed))
  })

  it('reports failed decryption for a flipped bit anywhere in the encrypted data', async () => {
    for (const index of [60, message.length - 21, message.length - 1]) {
      const spoiled = Buffer.from(message)
      spoiled[index] = (spoiled[index] ?? 0) ^ 1
      await expect(openPgp(spoiled, 'secret')).rejects.toThrow(new Error(failed))
    }
  })

  it('reports failed decryption for a truncated message', async () => {
    for (const length of [10, 60, message.length - 1]) {
      await expect(openPgp(message.subarray(0, length), 'secret')).rejects.toThrow(new Error(failed))
    }
  })

  it.each([
    ['nothing', ''],
    ['text', 'hello world'],
    ['JSON', '{"a":1}'],
    ['zero bytes', '\0\0\0\0'],
    ['a broken armor', '-----BEGIN PGP MESSAGE-----\n\nabcd\n-----END PGP MESSAGE-----\n'],
  ])('reports missing data for %s', async (_name, text) => {
    await expect(openPgp(Buffer.from(text), 'secret')).rejects.toThrow(new Error(noData))
  })

  it('reports missing data for other binary data', async () => {
    await expect(openPgp(Buffer.from('89504e470d0a1a0a0000', 'hex'), 'x')).rejects.toThrow(new Error(noData))
  })

  it('refuses a passphrase of several lines', async () => {
    await expect(openPgp(message, 'sec\nret')).rejects.toThrow(
      'Failed to decrypt user data: Invalid passphrase',
    )
  })
})

describe('deriving the session key of a passphrase', () => {
  const body = (): Uint8Array => message.subarray(2, 48)

  it('derives the key of the message', async () => {
    const key = await sessionKeyOf(body(), 'secret')
    expect(key?.algorithm).toBe('aes256')
    expect(key?.data).toHaveLength(32)
  })

  it('lets other tasks run while it hashes', async () => {
    let turns = 0
    const timer = setInterval(() => turns++, 0)
    await sessionKeyOf(body(), 'secret')
    clearInterval(timer)
    expect(turns).toBeGreaterThan(1)
  })

  it('leaves rare forms to OpenPGP.js', async () => {
    const other = Uint8Array.from(body())
    other[1] = 3
    expect(await sessionKeyOf(other, 'secret')).toBeUndefined()
    expect(await sessionKeyOf(other.subarray(0, 5), 'secret')).toBeUndefined()
  })
})

/** `gpg --symmetric` of GnuPG 2.2.40 from a pipe, passphrase `pw`. */
const gnupgMessage =
  'jA0ECQMCmNz59R0bIiT/0kMB9fQObqkicZ7YAnCT8wIadO6byk+49xV+8yhJ5lqBN8ggOcWAHbrM+JQoMJXLlb961/ZXVcm3WBr9bUwl+aw6LRBl'
