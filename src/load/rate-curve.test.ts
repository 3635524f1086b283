import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addSpikes } from './add-spikes.ts'
import { someSpikes, someStages } from './profile.fixture.ts'
import { createRateCurve } from './rate-curve.ts'
import { type RateStage, usersOfSpike } from './stage.ts'

describe('a rate curve', () => {
  it('inverts its own integral everywhere', () => {
    fc.assert(
      fc.property(someStages, fc.double({ min: 0.001, max: 0.999, noNaN: true }), (list, share) => {
        const curve = createRateCurve(list)
        const time = curve.timeOf(curve.totalArrivals * share)
        expect(arrivalsBefore(list, time) / curve.totalArrivals).toBeCloseTo(share, 9)
      }),
    )
  })

  it('with spikes is the sum of both at every moment, and has the users of both', () => {
    const cases = someStages.chain((stages) => {
      const lengthMs = stages.reduce((sum, { durationMs }) => sum + durationMs, 0)
      return fc.record({
        stages: fc.constant(stages),
        spikes: someSpikes(lengthMs),
        timeMs: fc.integer({ min: 0, max: lengthMs - 1 }),
      })
    })
    fc.assert(
      fc.property(cases, ({ stages, spikes, timeMs }) => {
        const below = createRateCurve(stages)
        const whole = createRateCurve(addSpikes(stages, spikes))
        const extra = spikes
          .filter(({ atMs, durationMs }) => timeMs >= atMs && timeMs < atMs + durationMs)
          .reduce((sum, { perSecond }) => sum + perSecond, 0)
        expect(whole.rateAt(timeMs)).toBeCloseTo(below.rateAt(timeMs) + extra, 6)
        expect(whole.durationMs).toBeCloseTo(below.durationMs, 6)
        const ofSpikes = spikes.reduce((sum, spike) => sum + usersOfSpike(spike), 0)
        expect(whole.totalArrivals).toBeCloseTo(below.totalArrivals + ofSpikes, 5)
      }),
    )
  })
})

/** Computes the area under the stages up to a time, as a sum of trapezoids. */
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
