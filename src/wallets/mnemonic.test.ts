import fc from 'fast-check'
import { bytesToHex } from 'viem'
import { english, generateMnemonic as viemMnemonic } from 'viem/accounts'
import { describe, expect, it } from 'vitest'
import { generateMnemonic, mnemonicFromEntropy, mnemonicToSeed, normalizeMnemonic } from './mnemonic.ts'

const invalid = expect.objectContaining({ code: 'MNEMONIC_INVALID' })

describe('a mnemonic', () => {
  it('writes the entropy of the BIP-39 test vectors in their words', () => {
    expect(mnemonicFromEntropy(Buffer.alloc(16, 0))).toBe(`${'abandon '.repeat(11)}about`)
    expect(mnemonicFromEntropy(Buffer.alloc(32, 0xff))).toBe(`${'zoo '.repeat(23)}vote`)
    expect(mnemonicFromEntropy(Buffer.from('9e885d952ad362caeb4efe34a8e91bd2', 'hex'))).toBe(
      'ozone drill grab fiber curtain grace pudding thank cruise elder eight picnic',
    )
  })

  it('gives the seed of well-known words', () => {
    expect(bytesToHex(mnemonicToSeed(`${'abandon '.repeat(11)}about`))).toBe(
      '0x5eb00bbddcf069084889a8ab9155568165f5c453ccb85e70811aaed6f6da5fc19a5ac40b389cd370d086206dec8aa6c43daea6690f20ad3d8d48b2d2ce9e38e4',
    )
  })

  it('accepts every mnemonic made from any entropy, and brings it into one form', () => {
    const entropy = fc
      .constantFrom(16, 20, 24, 28, 32)
      .chain((length) => fc.uint8Array({ minLength: length, maxLength: length }))
    fc.assert(
      fc.property(entropy, (bytes) => {
        const mnemonic = mnemonicFromEntropy(bytes)
        expect(normalizeMnemonic(`  ${mnemonic.toUpperCase().replaceAll(' ', '  ')}\n`)).toBe(mnemonic)
      }),
    )
  })

  it('accepts what viem generates, and generates 12 words that differ each time', () => {
    const other = viemMnemonic(english)
    expect(normalizeMnemonic(other)).toBe(other)
    const [a, b] = [generateMnemonic(), generateMnemonic()]
    expect(normalizeMnemonic(a)).toBe(a)
    expect(a.split(' ')).toHaveLength(12)
    expect(a).not.toBe(b)
  })

  it('refuses a wrong number of words, an unknown word and a wrong checksum without repeating a word', () => {
    const bad = [
      'test test test',
      `${'test '.repeat(11)}junkk`,
      `${'test '.repeat(11)}test`,
      '',
      `${'abandon '.repeat(12)}`,
    ]
    for (const text of bad) {
      expect(() => normalizeMnemonic(text)).toThrowError(invalid)
      expect(() => normalizeMnemonic(text)).not.toThrowError(/junkk|abandon/)
    }
    expect(() => mnemonicFromEntropy(Buffer.alloc(15))).toThrowError(invalid)
  })
})
