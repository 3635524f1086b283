import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDuration, parseDuration } from '../../load/duration.ts'
import { duration } from './duration.ts'

describe('parseDuration', () => {
  it.each([
    ['90s', 90_000],
    ['15m', 900_000],
    ['1h30m', 5_400_000],
    ['1h 30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['250ms', 250],
    ['2d', 172_800_000],
    ['0', 0],
  ])('reads %s as %d ms', (text, expected) => {
    expect(parseDuration(text, 'm')).toBe(expected)
  })

  it('takes a bare number in the given unit', () => {
    expect(parseDuration('15', 'm')).toBe(900_000)
    expect(parseDuration('8', 's')).toBe(8_000)
    expect(parseDuration('0.5', 'ms')).toBe(1)
  })

  it.each(['', 'soon', '-5s', '5 parsecs', '1h30', 'm', '1e3', 's5', '1..5s'])('refuses %j', (text) => {
    expect(parseDuration(text, 'm')).toBeUndefined()
  })

  it('reads back whatever formatDuration writes', () => {
    fc.assert(
      fc.property(fc.nat({ max: 7 * 86_400_000 }), (durationMs) => {
        expect(parseDuration(formatDuration(durationMs), 'h')).toBe(durationMs)
      }),
    )
  })
})

describe('duration', () => {
  it('keeps to its limits, both included', () => {
    const kind = duration({ bareUnit: 's', minMs: 100, maxMs: 2000 })
    expect(kind.read('100ms')).toBe(100)
    expect(kind.read(2)).toBe(2000)
    expect(kind.read('99ms')).toBeUndefined()
    expect(kind.read('2.001')).toBeUndefined()
  })
})
