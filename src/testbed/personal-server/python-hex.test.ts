import { describe, expect, it } from 'vitest'
import { bytesFromHex } from './python-hex.ts'

describe("reading hex as Python's bytes.fromhex does", () => {
  it.each([
    ['', ''],
    ['abCD', 'abcd'],
    ['ab cd', 'abcd'],
    [' ab', 'ab'],
    ['ab\n', 'ab'],
    ['ab\fcd', 'abcd'],
  ])('reads %j', (text, hex) => {
    expect(bytesFromHex(text).toString('hex')).toBe(hex)
  })

  it.each([
    ['zz', 0],
    ['abc', 3],
    ['ab c', 4],
    ['a b', 1],
    ['abz', 2],
    ['é', 0],
    ['a', 1],
    ['0xab', 1],
    ['abcg', 3],
    ['ab\u2003', 2],
  ])('refuses %j at position %d', (text, position) => {
    expect(() => bytesFromHex(text)).toThrow(
      expect.objectContaining({
        message: `non-hexadecimal number found in fromhex() arg at position ${position}`,
      }),
    )
  })
})
