import { describe, expect, it } from 'vitest'
import { parseThreshold } from './parse-threshold.ts'
import { writeValue } from './threshold-units.ts'

describe('a measured value', () => {
  it.each([
    [12_345, 'ms', '12.35s'],
    [250, 'ms', '250ms'],
    [0.5, 'ms', '0.5ms'],
    [0.993, 'ratio', '99.3%'],
    [2.5, 'per-second', '2.5/s'],
    [3, 'count', '3'],
    [2_500_000, 'bytes', '2.5MB'],
    [1.5e18, 'wei', '1.5VANA'],
    [0, 'wei', '0wei'],
    [7, 'of an unknown kind', '7'],
    [null, 'ms', 'no data'],
  ])('of %s %s is formatted as %s', (value, unit, written) => {
    expect(writeValue(value, unit)).toBe(written)
  })

  it('is formatted as thresholds accept it', () => {
    for (const [name, value, unit] of [
      ['flow.p95', 12_300, 'ms'],
      ['success', 0.85, 'ratio'],
    ] as const) {
      const { threshold } = parseThreshold(`${name} < ${writeValue(value, unit)}`)
      expect(threshold?.limit).toBeCloseTo(value)
    }
  })
})
