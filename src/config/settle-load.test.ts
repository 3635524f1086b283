import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRateCurve } from '../load/rate-curve.ts'
import { type LoadShape, type SettledLoad, settleLoad } from './settle-load.ts'

const smoke: LoadShape = { users: 60, ratePerSecond: 2 }
const conservative: LoadShape = {
  users: 5000,
  rampUpMs: 600_000,
  sustainMs: 2_400_000,
  rampDownMs: 600_000,
}

function shapeOf(settled: SettledLoad) {
  if ('problem' in settled) throw new Error(settled.problem.found)
  return settled.shape
}

function problemOf(settled: SettledLoad): string {
  if (!('problem' in settled)) throw new Error('there is no problem')
  return settled.problem.found
}

/** What the stages bring, by the curve that the run will follow. */
function usersBrought(shape: ReturnType<typeof shapeOf>): number {
  const { ratePerSecond: rate, rampUpMs, sustainMs, rampDownMs } = shape
  return createRateCurve([
    { durationMs: rampUpMs, fromPerSecond: 0, toPerSecond: rate },
    { durationMs: sustainMs, fromPerSecond: rate, toPerSecond: rate },
    { durationMs: rampDownMs, fromPerSecond: rate, toPerSecond: 0 },
  ]).totalArrivals
}

describe('settleLoad', () => {
  it('leaves a preset as it is when nothing is asked for', () => {
    expect(shapeOf(settleLoad({}, smoke))).toMatchObject({ users: 60, ratePerSecond: 2, durationMs: 30_000 })
    const shape = shapeOf(settleLoad({}, conservative))
    expect(shape).toMatchObject({ users: 5000, durationMs: 3_600_000, sustainMs: 2_400_000 })
    expect(shape.ratePerSecond).toBeCloseTo(5000 / 3000)
  })

  it('keeps the rate of smoke and changes its length when the users change, and the other way round', () => {
    expect(shapeOf(settleLoad({ users: 100 }, smoke))).toMatchObject({ ratePerSecond: 2, durationMs: 50_000 })
    expect(shapeOf(settleLoad({ durationMs: 300_000 }, smoke))).toMatchObject({
      ratePerSecond: 2,
      users: 600,
    })
    expect(shapeOf(settleLoad({ ratePerSecond: 5 }, smoke))).toMatchObject({ users: 60, durationMs: 12_000 })
  })

  it('keeps the stages of conservative when users or rate change', () => {
    const fewer = shapeOf(settleLoad({ users: 1500 }, conservative))
    expect(fewer).toMatchObject({ ratePerSecond: 0.5, rampUpMs: 600_000, sustainMs: 2_400_000 })
    expect(shapeOf(settleLoad({ ratePerSecond: 5 }, conservative))).toMatchObject({ users: 15_000 })
  })

  it('keeps the shares of the ramps of a preset when the duration changes', () => {
    const shape = shapeOf(settleLoad({ durationMs: 1_800_000 }, conservative))
    expect(shape).toMatchObject({ users: 5000, rampUpMs: 300_000, sustainMs: 1_200_000, rampDownMs: 300_000 })
    const derived = shapeOf(settleLoad({ users: 100, ratePerSecond: 2 }, conservative))
    expect(derived.durationMs).toBeCloseTo(60_000)
    expect(derived.rampUpMs).toBeCloseTo(10_000)
  })

  it('takes ramps as they were asked for', () => {
    const shape = shapeOf(
      settleLoad({ ratePerSecond: 5, rampUpMs: 120_000, sustainMs: 600_000, rampDownMs: 60_000 }, smoke),
    )
    expect(shape).toMatchObject({ durationMs: 780_000, users: 3450 })
  })

  it('takes the duration as an upper limit when users and rate are given too, and says so', () => {
    const settled = settleLoad({ users: 1000, ratePerSecond: 3, durationMs: 900_000 }, smoke)
    expect(shapeOf(settled)).toMatchObject({ users: 1000, ratePerSecond: 3 })
    expect(shapeOf(settled).durationMs).toBeCloseTo(333_333.3, 0)
    expect('notes' in settled && settled.notes).toEqual([
      '1000 users at 3/s have all arrived after 5m33s; the duration of 15m is an upper limit.',
    ])
  })

  it('shows the sum when a rate does not bring the users in the time', () => {
    const found = problemOf(settleLoad({ users: 1000, ratePerSecond: 0.5, durationMs: 900_000 }, smoke))
    expect(found).toContain('0.5/s x 15m = 450 users, not 1000')
    expect(found).toContain('--rate 1.111')
  })

  it('shows the sum when a sustained part brings more users than asked for', () => {
    const found = problemOf(settleLoad({ users: 10, ratePerSecond: 1, sustainMs: 60_000 }, smoke))
    expect(found).toContain('1/s x 1m = 60 users, not 10')
  })

  it('shows the sum when the ramps alone bring too many users', () => {
    const found = problemOf(settleLoad({ users: 100, ratePerSecond: 2, rampUpMs: 600_000 }, smoke))
    expect(found).toContain('2/s x (10m + 0s) / 2 = 600, users 100')
  })

  it('shows the sum when stages and duration disagree', () => {
    const asked = { rampUpMs: 60_000, sustainMs: 60_000, durationMs: 90_000 }
    expect(problemOf(settleLoad(asked, smoke))).toContain('1m up + 1m + 0s down = 2m, duration 1m30s')
    const ramps = { rampUpMs: 60_000, rampDownMs: 60_000, durationMs: 90_000 }
    expect(problemOf(settleLoad(ramps, smoke))).toContain('the ramps are longer than the whole')
  })

  it('refuses a load without length', () => {
    expect(problemOf(settleLoad({ users: 5, durationMs: 0 }, smoke))).toContain('no duration')
  })

  it('keeps what was asked for, and makes users and stages agree, whichever two or fewer are given', () => {
    const ms = fc.integer({ min: 1000, max: 10_000_000 })
    const shape = fc.record(
      {
        users: fc.integer({ min: 1, max: 100_000 }),
        ratePerSecond: fc.double({ min: 0.01, max: 1000, noNaN: true }),
        durationMs: ms,
        rampUpMs: ms,
        rampDownMs: ms,
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(shape, fc.constantFrom(smoke, conservative), (asked, preset) => {
        fc.pre(
          asked.users === undefined || asked.ratePerSecond === undefined || asked.durationMs === undefined,
        )
        const settled = settleLoad(asked, preset)
        if ('problem' in settled) return
        expect(settled.shape).toMatchObject(asked)
        const { rampUpMs, sustainMs, rampDownMs, durationMs, users } = settled.shape
        expect(sustainMs).toBeGreaterThanOrEqual(0)
        expect(rampUpMs + sustainMs + rampDownMs).toBeCloseTo(durationMs, 0)
        // Where users follow from the rest they are rounded to whole ones, and never to none.
        expect(Math.abs(usersBrought(settled.shape) - users)).toBeLessThanOrEqual(Math.max(1, users * 1e-3))
      }),
    )
  })
})
