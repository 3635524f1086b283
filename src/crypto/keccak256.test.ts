import fc from 'fast-check'
import { bytesToHex, keccak256 as referenceOf } from 'viem'
import { expect, it } from 'vitest'
import { keccak256, keccak256Bytes } from './keccak256.ts'

it('matches the reference for any bytes, full blocks of the sponge included', () => {
  const sizes = fc.oneof(fc.nat(5000), fc.constantFrom(0, 135, 136, 137, 272, 20_000))
  const texts = sizes.chain((size) => fc.uint8Array({ minLength: size, maxLength: size }))
  fc.assert(
    fc.property(texts, (bytes) => {
      const expected = referenceOf(bytes)
      expect(keccak256(bytes)).toBe(expected)
      expect(bytesToHex(keccak256Bytes(bytes))).toBe(expected)
      // A view of a larger buffer, as node's small buffers are.
      expect(keccak256(Buffer.concat([Buffer.of(1), bytes]).subarray(1))).toBe(expected)
    }),
    { numRuns: 50 },
  )
})
