import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  formatBytes,
  formatClock,
  formatCount,
  formatCounted,
  formatElapsed,
  formatGwei,
  formatMeasured,
  formatMs,
  formatRate,
  formatShare,
  formatVana,
} from './format-value.ts'

describe('values for people', () => {
  it.each([
    [0, '0 ms'],
    [0.4, '0.4 ms'],
    [1.25, '1.3 ms'],
    [9.96, '10 ms'],
    [310.4, '310 ms'],
    [999.6, '1.00 s'],
    [12_345, '12.3 s'],
    [99_960, '1 min 40 s'],
    [7_500_000, '2 h 05 min'],
    [null, '–'],
  ])('%s ms is %s', (ms, text) => expect(formatMs(ms)).toBe(text))

  it.each([
    [0, '0%'],
    [0.0001, '<0.1%'],
    [0.5, '50%'],
    [0.9993, '99.9%'],
    [0.9996, '>99.9%'],
    [1, '100%'],
    [null, '–'],
  ])('a share of %s is %s', (share, text) => expect(formatShare(share)).toBe(text))

  it('shares are 100% only for 1, and 0% only for 0', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (share) => {
        expect(formatShare(share) === '100%').toBe(share === 1)
        expect(formatShare(share) === '0%').toBe(share === 0)
      }),
    )
  })

  it.each([
    ['0', '0 VANA'],
    ['11842888475000000000', '11.84 VANA'],
    ['13171000000000000', '0.01317 VANA'],
    ['1234567000000000000000000', '1,234,567 VANA'],
    ['42', '42 wei'],
    [null, '–'],
  ])('%s wei is %s', (wei, text) => expect(formatVana(wei)).toBe(text))

  it('formats rates, bytes, counts and times', () => {
    expect([0, 2.5261, 12.34, 1234].map(formatRate)).toEqual(['0', '2.53', '12.3', '1,234'])
    expect([512, 1500, 176_629_960, 999_600_000].map(formatBytes)).toEqual([
      '512 B',
      '1.5 kB',
      '177 MB',
      '1.0 GB',
    ])
    expect(formatCount(1_234_567)).toBe('1,234,567')
    expect([formatCounted(1, 'flow'), formatCounted(0, 'flow')]).toEqual(['1 flow', '0 flows'])
    expect([59_400, 96_000, 3_600_000].map(formatElapsed)).toEqual(['59 s', '1 min 36 s', '1 h 00 min'])
    expect([96_000, 3_600_000].map(formatClock)).toEqual(['01:36', '1:00:00'])
    expect(formatGwei('25000000000')).toBe('25 gwei')
  })

  it('formats a measured value in its unit, or that there is none', () => {
    expect(formatMeasured(0.993, 'ratio')).toBe('99.3%')
    expect(formatMeasured(45_000, 'ms')).toBe('45.0 s')
    expect(formatMeasured(2.5, 'per-second')).toBe('2.50/s')
    expect(formatMeasured(12, 'count')).toBe('12')
    expect(formatMeasured(1.5e18, 'wei')).toBe('1.5 VANA')
    expect(formatMeasured(null, 'ms')).toBe('no data')
  })

  it('formats every number', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e13, noNaN: true }), (value) => {
        for (const format of [formatMs, formatRate, formatBytes, formatCount, formatElapsed, formatClock]) {
          expect(format(value)).not.toMatch(/NaN|undefined|Infinity|e\+|^-/)
        }
      }),
    )
  })
})
