import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createStartPace } from './start-pace.ts'

const paceOf = (perSecond = 10, random = () => 0.5) =>
  createStartPace({ askedPerSecond: () => perSecond, random })

describe('createStartPace', () => {
  it('lets every user start until the target limits the rate', () => {
    const pace = paceOf()
    pace.admitted(0, false)
    expect([pace.refusedUntilMs(0), pace.share(0), pace.totals(0).firstMs]).toEqual([null, 1, null])
  })

  it('halves its share at a limit, once for all users who hit it together', () => {
    const pace = paceOf()
    pace.slowDown(1000, 10_000)
    pace.slowDown(2500, 10_000)
    expect(pace.share(2500)).toBe(0.5)
    pace.slowDown(3100, 10_000)
    expect(pace.share(3100)).toBe(0.25)
    expect(pace.totals(3100)).toMatchObject({ slowDowns: 2, lowestShare: 0.25, firstMs: 1000, heldMs: 2100 })
  })

  it('recovers evenly, but only after the pause that the target requested', () => {
    const pace = paceOf()
    pace.slowDown(0, 5000)
    expect([pace.share(5000), pace.share(10_000), pace.share(30_000)]).toEqual([0.5, 0.6, 1])
  })

  it('starts users at the interval of the shared rate', () => {
    const pace = paceOf(10)
    pace.slowDown(0, 60_000)
    expect(pace.refusedUntilMs(0)).toBe(200)
    pace.admitted(200, true)
    expect([pace.refusedUntilMs(200), pace.refusedUntilMs(400)]).toEqual([400, null])
  })

  it('admits waiting users one by one at the full share, then every user', () => {
    const pace = paceOf(10)
    pace.easeIn(0)
    pace.admitted(0, true)
    expect(pace.refusedUntilMs(0)).toBe(80)
    pace.admitted(80, false)
    expect(pace.refusedUntilMs(80)).toBeNull()
  })

  it('stays between the minimum and the full share, and never exceeds its share', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 4000 }), fc.boolean()), { maxLength: 80 }),
        fc.nat(20_000),
        (events, retryAfterMs) => {
          const pace = paceOf(10, () => 0.5)
          let nowMs = 0
          let lastMs = Number.NEGATIVE_INFINITY
          for (const [waitMs, isLimit] of events) {
            nowMs += waitMs
            if (isLimit) pace.slowDown(nowMs, retryAfterMs)
            expect(pace.share(nowMs)).toBeLessThanOrEqual(1)
            expect(pace.share(nowMs)).toBeGreaterThanOrEqual(0.02)
            if (pace.refusedUntilMs(nowMs) !== null) continue
            if (pace.share(nowMs) < 1) {
              expect(nowMs - lastMs).toBeGreaterThanOrEqual(100)
            }
            pace.admitted(nowMs, true)
            lastMs = pace.share(nowMs) < 1 ? nowMs : Number.NEGATIVE_INFINITY
          }
        },
      ),
    )
  })
})
