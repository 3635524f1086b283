import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeUtf8 } from './python-utf8.ts'

const codec = "'utf-8' codec can't decode"

describe("decoding UTF-8 as Python's strict codec does", () => {
  // What CPython 3.11 says of each.
  it.each([
    ['ff', 'byte 0xff in position 0: invalid start byte'],
    ['80', 'byte 0x80 in position 0: invalid start byte'],
    ['c0af', 'byte 0xc0 in position 0: invalid start byte'],
    ['f888', 'byte 0xf8 in position 0: invalid start byte'],
    ['f5', 'byte 0xf5 in position 0: invalid start byte'],
    ['6162c3', 'byte 0xc3 in position 2: unexpected end of data'],
    ['e2', 'byte 0xe2 in position 0: unexpected end of data'],
    ['f0', 'byte 0xf0 in position 0: unexpected end of data'],
    ['e282', 'bytes in position 0-1: unexpected end of data'],
    ['f09f98', 'bytes in position 0-2: unexpected end of data'],
    ['c328', 'byte 0xc3 in position 0: invalid continuation byte'],
    ['e228a1', 'byte 0xe2 in position 0: invalid continuation byte'],
    ['f0288cbc', 'byte 0xf0 in position 0: invalid continuation byte'],
    ['eda080', 'byte 0xed in position 0: invalid continuation byte'],
    ['f4908080', 'byte 0xf4 in position 0: invalid continuation byte'],
    ['e08080', 'byte 0xe0 in position 0: invalid continuation byte'],
    ['f0808080', 'byte 0xf0 in position 0: invalid continuation byte'],
    ['f09f41', 'bytes in position 0-1: invalid continuation byte'],
    ['f09f9841', 'bytes in position 0-2: invalid continuation byte'],
    ['e28241', 'bytes in position 0-1: invalid continuation byte'],
  ])('refuses %s: %s', (hex, message) => {
    expect(() => decodeUtf8(Buffer.from(hex, 'hex'))).toThrow(
      expect.objectContaining({ message: `${codec} ${message}` }),
    )
  })

  it('keeps a byte order mark and line endings', () => {
    expect(decodeUtf8(Buffer.from('\ufeffa\r\nb\r'))).toBe('\ufeffa\r\nb\r')
  })

  it('finds a fault in exactly what is not UTF-8', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        let text: string | undefined
        try {
          text = decodeUtf8(bytes)
        } catch (error) {
          expect(String(error)).toMatch(/in position \d+(-\d+)?: (invalid|unexpected)/)
        }
        expect(text !== undefined).toBe(Buffer.from(bytes).equals(Buffer.from(Buffer.from(bytes).toString())))
      }),
      { numRuns: 2000 },
    )
  })
})
