import { describe, expect, it } from 'vitest'
import { parseRetryAfter } from './retry-after.ts'

describe('Retry-After', () => {
  const now = Date.parse('2025-09-05T12:00:00Z')
  it.each([
    ['2', 2000],
    ['0', 0],
    ['0.25', 250],
    ['Fri, 05 Sep 2025 12:00:03 GMT', 3000],
    ['Fri, 05 Sep 2025 11:00:00 GMT', 0],
    ['soon', undefined],
    [undefined, undefined],
    [['7', '9'], 7000],
  ])('%s is %s ms', (header, expected) => {
    expect(parseRetryAfter(header, now)).toBe(expected)
  })
})
