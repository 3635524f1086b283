import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arrivals } from './arrivals.ts'
import { alongStages, flat, someOpenProfile, someStages } from './profile.fixture.ts'
import { type LoadProfile, type OpenArrival, rateCurveOf } from './profile.ts'
import { profileNeeds } from './profile-needs.ts'
import { scaleProfile } from './scale-profile.ts'
import { wholeLoad } from './split.ts'

const dueTimes = (profile: LoadProfile<OpenArrival>, seed = 's'): number[] =>
  [...arrivals(profile, seed)].map(({ dueMs }) => dueMs)

const ramp = { durationMs: 60_000, fromPerSecond: 0, toPerSecond: 10 }

describe('arrivals', () => {
  it('are in order of time, one per user, none after the last moment of the profile', () => {
    fc.assert(
      fc.property(someOpenProfile, fc.string(), (profile, seed) => {
        const all = [...arrivals(profile, seed)]
        expect(all.map((a) => a.index)).toEqual(Array.from({ length: profile.users }, (_, i) => i))
        const { durationMs } = profileNeeds(profile, wholeLoad)
        const isInOrder = ({ dueMs }: { dueMs: number }, i: number): boolean =>
          dueMs >= (all[i - 1]?.dueMs ?? 0) && dueMs <= durationMs + 0.001
        expect(all.filter((one, i) => !isInOrder(one, i))).toEqual([])
      }),
    )
  })

  it('are the same for the same seed, and differ for another in a Poisson process', () => {
    const profile = alongStages('poisson', [flat(5, 10_000)])
    expect(dueTimes(profile, 'a')).toEqual(dueTimes(profile, 'a'))
    expect(dueTimes(profile, 'a')).not.toEqual(dueTimes(profile, 'b'))
  })

  it('are identical on every machine', () => {
    expect(dueTimes(alongStages('poisson', [flat(1, 5_000)]), 'known')).toMatchInlineSnapshot(`
      [
        772.653,
        2198.624,
        2582.113,
        2880.412,
        3443.369,
      ]
    `)
  })

  it('are in whole microseconds', () => {
    fc.assert(
      fc.property(someStages, fc.constantFrom('poisson' as const, 'constant' as const), (stages, kind) => {
        fc.pre(alongStages(kind, stages).users < 2000)
        const due = dueTimes(alongStages(kind, stages))
        expect(due.filter((dueMs) => Math.round(dueMs * 1000) / 1000 !== dueMs)).toEqual([])
      }),
    )
  })

  it('of all parts together are exactly those of the whole, for any number of parts', () => {
    fc.assert(
      fc.property(someOpenProfile, fc.integer({ min: 1, max: 400 }), (profile, count) => {
        const parts = Array.from({ length: count }, (_, index) => [
          ...arrivals(profile, 's', { index, count }),
        ]).flat()
        expect(parts.sort((a, b) => a.index - b.index)).toEqual([...arrivals(profile, 's')])
      }),
    )
  })

  it('of a Poisson process have gaps with the mean and the spread of the exponential distribution', () => {
    const due = dueTimes(alongStages('poisson', [flat(5, 2_000_000)]), 'gaps')
    const gaps = due.map((time, i) => time - (due[i - 1] ?? 0))
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
    const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length)
    expect(mean).toBeGreaterThan(199)
    expect(mean).toBeLessThan(201)
    expect(deviation / mean).toBeGreaterThan(0.97)
    expect(deviation / mean).toBeLessThan(1.03)
  })

  it('of a Poisson process follow a ramp: half of its users come in the last three tenths of the time', () => {
    const due = dueTimes(alongStages('poisson', [{ ...ramp, durationMs: 2_000_000 }]), 'ramp')
    const median = due[due.length / 2] ?? 0
    expect(median / 2_000_000).toBeGreaterThan(0.695)
    expect(median / 2_000_000).toBeLessThan(0.72)
  })

  it('at a constant rate are evenly spaced, the first at once', () => {
    expect(dueTimes(alongStages('constant', [flat(4, 1_250)]))).toEqual([0, 250, 500, 750, 1000])
  })

  it('along a ramp from 0 start in the middle of the first share, and end symmetrically', () => {
    const up = dueTimes(alongStages('constant', [ramp]))
    expect(up[0]).toBeCloseTo(Math.sqrt(6) * 1000, 2)
    const down = dueTimes(alongStages('constant', [ramp, { ...ramp, fromPerSecond: 10, toPerSecond: 0 }]))
    expect(down.at(-1)).toBeCloseTo(120_000 - Math.sqrt(6) * 1000, 2)
  })

  it('resume with the rate after a pause, not at its start', () => {
    expect(dueTimes(alongStages('constant', [flat(1, 2_000), flat(0, 10_000), flat(1, 2_000)]))).toEqual([
      0, 1000, 12_000, 13_000,
    ])
  })

  it('in a spike follow the sum of the rates', () => {
    const spike = { atMs: 5_000, durationMs: 1_000, perSecond: 9 }
    const due = dueTimes(alongStages('constant', [flat(1, 10_000)], [spike]))
    expect(due.length).toBe(19)
    expect(due.filter((time) => time >= 5_000 && time < 6_000).length).toBe(10)
  })

  it('in waves share the due time of their wave', () => {
    const profile = { users: 5, concurrency: 5, patienceMs: 0 }
    expect(dueTimes({ ...profile, arrival: { kind: 'wave', size: 2, everyMs: 8000 } })).toEqual([
      0, 0, 8000, 8000, 16_000,
    ])
  })

  it('of a recording are replayed exactly', () => {
    const dueMs = dueTimes(alongStages('poisson', [flat(3, 10_000)]))
    const profile = { users: dueMs.length, concurrency: 5, patienceMs: 0 }
    expect(dueTimes({ ...profile, arrival: { kind: 'replay', dueMs } }, 'another seed')).toEqual(dueMs)
  })

  it('of a compressed profile are the same users in less time', () => {
    fc.assert(
      fc.property(someOpenProfile, fc.double({ min: 0.1, max: 100, noNaN: true }), (profile, factor) => {
        const scaled = dueTimes(scaleProfile(profile, factor) as LoadProfile<OpenArrival>)
        const isOff = (dueMs: number, i: number): boolean =>
          !(Math.abs((scaled[i] ?? Number.NaN) - dueMs / factor) < 0.002 + 0.002 / factor)
        expect(dueTimes(profile).filter(isOff)).toEqual([])
      }),
    )
  })
})

describe('a rate curve', () => {
  it('integrates a ramp exactly', () => {
    const curve = rateCurveOf({
      stages: [ramp, flat(10, 60_000), { ...ramp, fromPerSecond: 10, toPerSecond: 0 }],
      spikes: [],
    })
    expect(curve.totalArrivals).toBe(1200)
    expect(curve.timeOf(75)).toBeCloseTo(30_000, 6)
    expect(curve.timeOf(600)).toBeCloseTo(90_000, 6)
    expect(curve.timeOf(1200)).toBeCloseTo(180_000, 3)
  })
})
