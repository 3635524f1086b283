import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  chunkRange,
  formatIndexRange,
  indexesOf,
  indexRange,
  parseIndexRange,
  uniteRanges,
} from './index-range.ts'

const ranges = fc.record({ from: fc.nat({ max: 60 }), count: fc.nat({ max: 25 }) })
const refused = expect.objectContaining({ code: 'CONFIG_INVALID' })

describe('a range of wallets', () => {
  it('reads back what it writes', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 31 - 2 }), fc.integer({ min: 1, max: 1000 }), (from, wanted) => {
        const range = indexRange(from, Math.min(wanted, 2 ** 31 - from))
        expect(parseIndexRange(formatIndexRange(range))).toEqual(range)
      }),
    )
    expect(formatIndexRange({ from: 3, count: 0 })).toBe('none')
  })

  it('refuses what is no range', () => {
    for (const text of ['', 'all', '5-3', '-1', '1.5', '0-2147483648', '99999999999']) {
      expect(() => parseIndexRange(text)).toThrowError(refused)
    }
    expect(() => indexRange(-1, 5)).toThrowError(refused)
    expect(() => indexRange(0, 0.5)).toThrowError(refused)
  })

  it('is cut into pieces that hold each wallet once, in order', () => {
    fc.assert(
      fc.property(ranges, fc.integer({ min: 1, max: 30 }), (range, size) => {
        const chunks = [...chunkRange(range, size)]
        expect(chunks.flatMap((chunk) => [...indexesOf(chunk)])).toEqual([...indexesOf(range)])
        for (const { count } of chunks) expect(count).toBeLessThanOrEqual(size)
      }),
    )
  })

  it('is united with others without losing or repeating a wallet', () => {
    fc.assert(
      fc.property(fc.array(ranges, { maxLength: 6 }), (parts) => {
        const united = uniteRanges(parts)
        const expected = [...new Set(parts.flatMap((part) => [...indexesOf(part)]))].toSorted((a, b) => a - b)
        expect(united.flatMap((part) => [...indexesOf(part)])).toEqual(expected)
        for (const [i, part] of united.slice(1).entries()) {
          const before = united[i]
          expect(part.from).toBeGreaterThan((before?.from ?? 0) + (before?.count ?? 0))
        }
      }),
    )
  })
})
