import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ArrivalPattern, arrivals } from './arrivals.ts'
import { createRateCurve, type RateStage } from './rate-curve.ts'

const stages = fc.array(
  fc.record({
    durationMs: fc.integer({ min: 100, max: 600_000 }),
    fromPerSecond: fc.double({ min: 0, max: 200, noNaN: true }),
    toPerSecond: fc.double({ min: 0.1, max: 200, noNaN: true }),
  }),
  { minLength: 1, maxLength: 5 },
)
const pattern: fc.Arbitrary<ArrivalPattern> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('poisson' as const, 'constant' as const),
    users: fc.integer({ min: 1, max: 300 }),
    curve: stages.map(createRateCurve),
  }),
  fc.record({
    kind: fc.constant('batch' as const),
    users: fc.integer({ min: 1, max: 300 }),
    batchSize: fc.integer({ min: 1, max: 20 }),
    delayMs: fc.integer({ min: 0, max: 10_000 }),
  }),
)

describe('arrivals', () => {
  test('come in order of time, one per user, at finite times', () => {
    fc.assert(
      fc.property(pattern, fc.string(), (p, seed) => {
        const all = [...arrivals(p, seed)]
        expect(all.map((a) => a.index)).toEqual(Array.from({ length: p.users }, (_, i) => i))
        for (const [i, { dueMs }] of all.entries()) {
          expect(Number.isFinite(dueMs)).toBe(true)
          expect(dueMs).toBeGreaterThanOrEqual(all[i - 1]?.dueMs ?? 0)
        }
      }),
    )
  })

  test('are the same for the same seed, and others for another', () => {
    const curve = createRateCurve([{ durationMs: 10_000, fromPerSecond: 5, toPerSecond: 5 }])
    const p = { kind: 'poisson', users: 50, curve } as const
    expect([...arrivals(p, 'a')]).toEqual([...arrivals(p, 'a')])
    expect([...arrivals(p, 'a')]).not.toEqual([...arrivals(p, 'b')])
  })

  test('of all parts together are exactly those of the whole', () => {
    fc.assert(
      fc.property(pattern, fc.integer({ min: 1, max: 7 }), (p, count) => {
        const parts = Array.from({ length: count }, (_, index) => [
          ...arrivals(p, 's', { index, count }),
        ]).flat()
        expect(parts.sort((a, b) => a.index - b.index)).toEqual([...arrivals(p, 's')])
      }),
    )
  })

  test('of a Poisson process have gaps with the mean and the spread of the exponential distribution', () => {
    const curve = createRateCurve([{ durationMs: 2_000_000, fromPerSecond: 5, toPerSecond: 5 }])
    const due = [...arrivals({ kind: 'poisson', users: 10_000, curve }, 'gaps')].map((a) => a.dueMs)
    const gaps = due.map((time, i) => time - (due[i - 1] ?? 0))
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
    const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length)
    expect(mean).toBeGreaterThan(194)
    expect(mean).toBeLessThan(206)
    expect(deviation / mean).toBeGreaterThan(0.95)
    expect(deviation / mean).toBeLessThan(1.05)
  })

  test('at a constant rate are evenly spaced', () => {
    const curve = createRateCurve([{ durationMs: 10_000, fromPerSecond: 4, toPerSecond: 4 }])
    const due = [...arrivals({ kind: 'constant', users: 5, curve }, 's')].map((a) => a.dueMs)
    expect(due).toEqual([0, 250, 500, 750, 1000])
  })

  test('in batches share the due time of their batch', () => {
    const due = [...arrivals({ kind: 'batch', users: 5, batchSize: 2, delayMs: 8000 }, 's')].map(
      (a) => a.dueMs,
    )
    expect(due).toEqual([0, 0, 8000, 8000, 16_000])
  })
})

describe('rate curve', () => {
  test('integrates a ramp exactly', () => {
    const ramp = createRateCurve([
      { durationMs: 60_000, fromPerSecond: 0, toPerSecond: 10 },
      { durationMs: 60_000, fromPerSecond: 10, toPerSecond: 10 },
      { durationMs: 60_000, fromPerSecond: 10, toPerSecond: 0 },
    ])
    expect(ramp.totalArrivals).toBe(1200)
    expect(ramp.timeOf(75)).toBeCloseTo(30_000, 6)
    expect(ramp.timeOf(600)).toBeCloseTo(90_000, 6)
    expect(ramp.timeOf(1200)).toBeCloseTo(180_000, 3)
  })

  test('inverts its own integral everywhere', () => {
    fc.assert(
      fc.property(stages, fc.double({ min: 0.001, max: 0.999, noNaN: true }), (list, share) => {
        const curve = createRateCurve(list)
        const time = curve.timeOf(curve.totalArrivals * share)
        expect(arrivalsBefore(list, time) / curve.totalArrivals).toBeCloseTo(share, 9)
      }),
    )
  })
})

/** The area under the stages up to a time, as a sum of trapezoids. */
function arrivalsBefore(list: readonly RateStage[], timeMs: number): number {
  let left = timeMs
  let count = 0
  for (const { durationMs, fromPerSecond, toPerSecond } of list) {
    const stretchMs = Math.min(left, durationMs)
    const endRate = fromPerSecond + (toPerSecond - fromPerSecond) * (stretchMs / durationMs)
    count += ((fromPerSecond + endRate) / 2) * (stretchMs / 1000)
    left -= stretchMs
  }
  return count
}
