import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTokenBucket } from './token-bucket.ts'

describe('a token bucket', () => {
  it('never lets more through than burst and rate allow, in any window of time', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 100 })
    fc.assert(
      fc.property(
        gaps,
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 20 }),
        (gaps, rate, burst) => {
          const bucket = createTokenBucket({ ratePerSecond: rate, burst })
          let nowMs = 0
          const taken: number[] = []
          for (const gap of gaps) {
            nowMs += gap
            if (bucket.tryTake(nowMs)) taken.push(nowMs)
          }
          for (const [i, from] of taken.entries()) {
            for (const [j, to] of taken.slice(i).entries()) {
              expect(j + 1).toBeLessThanOrEqual(burst + ((to - from) * rate) / 1000 + 1e-6)
            }
          }
        },
      ),
    )
  })

  it('says how long to wait for a token', () => {
    const bucket = createTokenBucket({ ratePerSecond: 2, burst: 1 })
    expect(bucket.tryTake(0)).toBe(true)
    expect(bucket.waitMs(100)).toBe(400)
    expect([bucket.tryTake(499), bucket.tryTake(500)]).toEqual([false, true])
  })

  it('spaces those who reserve in advance, in their order', () => {
    const bucket = createTokenBucket({ ratePerSecond: 10, burst: 2 })
    expect([1, 2, 3, 4].map(() => bucket.reserve(0))).toEqual([0, 0, 100, 200])
  })

  it('does not save up more than its burst, and does not mind a clock that stands still or steps back', () => {
    const bucket = createTokenBucket({ ratePerSecond: 10, burst: 2 })
    bucket.tryTake(1000)
    expect([1, 2, 3].map(() => bucket.tryTake(9000))).toEqual([true, true, false])
    expect(bucket.tryTake(8000)).toBe(false)
  })
})
