import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { LoadProfile } from '../load/profile.ts'
import { wholeLoad } from '../load/split.ts'
import { type Phase, phasesOf } from './phases.ts'

const stage = fc.record({
  durationMs: fc.integer({ min: 1, max: 4000 }).map((quarters) => quarters * 250),
  fromPerSecond: fc.integer({ min: 0, max: 20 }),
  toPerSecond: fc.integer({ min: 0, max: 20 }),
})
const profiles = fc
  .record({
    users: fc.integer({ min: 1, max: 500 }),
    kind: fc.constantFrom('poisson' as const, 'constant' as const),
    stages: fc.array(stage, { minLength: 1, maxLength: 4 }),
  })
  .filter(({ stages }) => stages.some((s) => s.fromPerSecond + s.toPerSecond > 0))
  .map(({ users, kind, stages }): LoadProfile => {
    return { users, concurrency: 10, patienceMs: 0, arrival: { kind, stages, spikes: [] } }
  })

const countOf = (phase: Phase | undefined): number =>
  phase && 'arrivalCount' in phase ? phase.arrivalCount : 0
const timeOf = (phase: Phase): number => {
  const time = 'pause' in phase ? phase.pause : phase.duration
  return typeof time === 'number' ? time * 1000 : Number(time.replace('ms', ''))
}

it('assigns every user to one phase, and covers the duration of the load', () => {
  fc.assert(
    fc.property(profiles, (profile) => {
      const phases = phasesOf(profile, wholeLoad) ?? []
      expect(phases.reduce((sum, phase) => sum + countOf(phase), 0)).toBe(profile.users)
      const { arrival } = profile
      const wantedMs = 'stages' in arrival ? arrival.stages.reduce((sum, s) => sum + s.durationMs, 0) : 0
      expect(phases.reduce((sum, phase) => sum + timeOf(phase), 0)).toBe(wantedMs)
    }),
  )
})

it('gives parts the phases of the whole, with exactly its users in each together', () => {
  fc.assert(
    fc.property(profiles, fc.integer({ min: 1, max: 8 }), (profile, count) => {
      const whole = phasesOf(profile, wholeLoad) ?? []
      const parts = Array.from({ length: count }, (_, index) => phasesOf(profile, { index, count }) ?? [])
      for (const [i, phase] of whole.entries()) {
        expect(parts.reduce((sum, phases) => sum + countOf(phases[i]), 0)).toBe(countOf(phase))
      }
    }),
  )
})

it('writes whole seconds as numbers, other times with their unit, and no users as a pause', () => {
  const stages = [
    { durationMs: 2000, fromPerSecond: 0, toPerSecond: 4 },
    { durationMs: 1500, fromPerSecond: 4, toPerSecond: 4 },
    { durationMs: 3000, fromPerSecond: 0, toPerSecond: 0 },
  ]
  const arrival = { kind: 'constant', stages, spikes: [] } as const
  expect(phasesOf({ users: 10, concurrency: 1, patienceMs: 0, arrival }, wholeLoad)).toEqual([
    { name: 'ramp-up 1/2', duration: 1, arrivalCount: 1 },
    { name: 'ramp-up 2/2', duration: 1, arrivalCount: 3 },
    { name: 'sustain', duration: '1500ms', arrivalCount: 6 },
    { name: 'pause', pause: 3 },
  ])
})

it('has no phases for a load without a rate', () => {
  const arrival = { kind: 'batch', size: 5, delayMs: 1000 } as const
  expect(phasesOf({ users: 10, concurrency: 5, patienceMs: 0, arrival }, wholeLoad)).toBeUndefined()
})
