import { CRC32C } from '@google-cloud/storage'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { crc32c, crc32cBase64 } from './crc32c.ts'

const bytes = (count: number, value: (i: number) => number) =>
  Uint8Array.from({ length: count }, (_, i) => value(i))

// RFC 3720, B.4; the RFC prints the bytes in the order in which they are sent, lowest first.
it.each([
  ['32 bytes of zeros', bytes(32, () => 0), 0x8a9136aa],
  ['32 bytes of ones', bytes(32, () => 0xff), 0x62a8ab43],
  ['32 bytes counting up', bytes(32, (i) => i), 0x46dd794e],
  ['32 bytes counting down', bytes(32, (i) => 31 - i), 0x113fdb5c],
  ['the usual check string', new TextEncoder().encode('123456789'), 0xe3069283],
  ['nothing', new Uint8Array(0), 0],
])('matches the published value for %s', (_, input, expected) => {
  expect(crc32c(input) >>> 0).toBe(expected)
})

it('agrees with the official client for any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (input) => {
      const official = new CRC32C()
      official.update(Buffer.from(input))
      expect(crc32cBase64(crc32c(input))).toBe(official.toString())
    }),
  )
})

it('is the same over parts as over the whole, at any offset in memory', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), fc.nat(20), (input, cut, shift) => {
      const shifted = new Uint8Array(input.length + shift)
      shifted.set(input, shift)
      const view = shifted.subarray(shift)
      expect(crc32c(view.subarray(cut), crc32c(view.subarray(0, cut)))).toBe(crc32c(input))
    }),
  )
})
