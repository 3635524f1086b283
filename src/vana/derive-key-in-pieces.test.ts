import fc from 'fast-check'
import * as openpgp from 'openpgp'
import { beforeAll, expect, it } from 'vitest'
import { deriveKeysInPieces } from './derive-key-in-pieces.ts'

type Deriver = { salt: Uint8Array; c: number; produceKey: typeof original }
type Packet = { sessionKeyAlgorithm: number; s2k: Deriver; encrypt(p: string, c: unknown): Promise<void> }

let deriver: Deriver
let original: (passphrase: string, keyBytes: number) => Promise<Uint8Array>

beforeAll(async () => {
  const packet = new openpgp.SymEncryptedSessionKeyPacket() as unknown as Packet
  packet.sessionKeyAlgorithm = openpgp.enums.symmetric.aes256
  await packet.encrypt('', openpgp.config)
  deriver = packet.s2k
  original = Object.getPrototypeOf(deriver).produceKey
  expect(await deriveKeysInPieces()).toBe(true)
  expect(deriver.produceKey).not.toBe(original)
})

it('derives the same keys as OpenPGP.js', async () => {
  const salt = fc.uint8Array({ minLength: 8, maxLength: 8 })
  const passphrase = fc.string({ unit: 'binary', maxLength: 300 })
  // Up to 131,072 bytes: two pieces.
  const countByte = fc.integer({ min: 0, max: 112 })
  await fc.assert(
    fc.asyncProperty(salt, passphrase, countByte, fc.integer({ min: 1, max: 100 }), async (...given) => {
      const [someSalt, somePassphrase, c, keyBytes] = given
      Object.assign(deriver, { salt: someSalt, c })
      const expected = await original.call(deriver, somePassphrase, keyBytes)
      expect(await deriver.produceKey(somePassphrase, keyBytes)).toEqual(expected)
    }),
  )
})

it('hashes a passphrase in full if it is longer than the count', async () => {
  const passphrase = 'long'.repeat(1000)
  Object.assign(deriver, { salt: new Uint8Array(8).fill(7), c: 0 })
  expect(await deriver.produceKey(passphrase, 32)).toEqual(await original.call(deriver, passphrase, 32))
})

it('keeps the format: 16 MiB to hash, and other programs can decrypt', async () => {
  const message = await openpgp.createMessage({ text: 'of a user' })
  const encrypted = await openpgp.encrypt({ message, passwords: ['a signature'], format: 'binary' })
  const [packet] = (await openpgp.readMessage({ binaryMessage: encrypted })).packets as unknown as [
    { s2k: Deriver & { getCount(): number } },
  ]
  expect(packet.s2k.getCount()).toBe(16 * 1024 * 1024)
  Object.getPrototypeOf(deriver).produceKey = original
  const { data } = await openpgp.decrypt({
    message: await openpgp.readMessage({ binaryMessage: encrypted }),
    passwords: ['a signature'],
  })
  expect(data).toBe('of a user')
})
