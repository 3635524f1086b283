import { describe, expect, it } from 'vitest'
import { normalizeSignature } from './normalize-signature.ts'

const rs = `0x${'11'.repeat(32)}${'22'.repeat(32)}`

describe('normalizing a signature', () => {
  it.each([
    ['00', '1b'],
    ['01', '1c'],
    ['1b', '1b'],
    ['1C', '1c'],
  ])('turns v %s into %s', (given, expected) => {
    expect(normalizeSignature(`${rs}${given}`)).toBe(`${rs}${expected}`)
  })

  it('accepts s up to half the order and refuses the next', () => {
    const half = '7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0'
    const r = '11'.repeat(32)
    expect(normalizeSignature(`0x${r}${half}1b`)).toBe(`0x${r}${half}1b`)
    expect(() => normalizeSignature(`0x${r}${half.replace(/0$/, '1')}1b`)).toThrowError(
      expect.objectContaining({ details: { revert: 'ECDSAInvalidSignatureS' } }),
    )
  })

  it.each([
    [`${rs}02`, 'ECDSAInvalidSignature'],
    [rs, 'ECDSAInvalidSignatureLength'],
    ['0x', 'ECDSAInvalidSignatureLength'],
    [`${rs}zz`, 'ECDSAInvalidSignatureLength'],
  ])('refuses %s as the contract would', (signature, revert) => {
    expect(() => normalizeSignature(signature)).toThrowError(
      expect.objectContaining({ code: 'CRYPTO_FAILED', details: { revert } }),
    )
  })
})
