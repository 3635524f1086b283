import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRedactor } from '../redaction/redact.ts'
import { generatorLimits, generatorWarnings } from './generator-warnings.ts'
import type { Measurements } from './measurements-schema.ts'
import { createRunRecorder } from './run-recorder.ts'

const run = { id: 'r', preset: null, target: 'local', seed: 1, startedAt: '2026-08-01T00:00:00.000Z' }
const nothing = createRunRecorder({
  run,
  planned: 100,
  redact: createRedactor(),
  resources: null,
}).measurements()

type Load = { lagMs: number; loopMs: number; cpuCores: number; machine: number; noPlace: number }

function measured({ lagMs, loopMs, cpuCores, machine, noPlace }: Load): Measurements {
  return {
    ...nothing,
    arrivals: { ...nothing.arrivals, lagMs: { ...nothing.arrivals.lagMs, p99: lagMs, max: lagMs } },
    outcomeReasons: { dropped: { 'concurrency-limit': noPlace, 'run-stopped': 50 } },
    resources: {
      ...nothing.resources,
      cores: 4,
      cpuCoresPeak: cpuCores,
      machineShare: machine,
      eventLoopDelayMs: { mean: 0, p50: 0, p99: loopMs, max: loopMs },
    },
  }
}

const calm: Load = { lagMs: 5, loopMs: 4, cpuCores: 0.5, machine: 0.4, noPlace: 0 }

describe('generatorWarnings', () => {
  it('does not warn about a generator that keeps up or of which nothing is known', () => {
    expect(generatorWarnings(measured(calm))).toEqual([])
    expect(generatorWarnings(nothing)).toEqual([])
  })

  it.each([
    ['GENERATOR_LATE', { lagMs: 101 }, '101 ms late at p99'],
    ['GENERATOR_LOOP', { loopMs: 51 }, '51 ms late at p99'],
    ['GENERATOR_CPU', { cpuCores: 3.7 }, '93% of its 4 cores'],
    ['MACHINE_CPU', { machine: 0.97 }, '97% busy'],
    ['GENERATOR_FULL', { noPlace: 2 }, '2 of 100 users got no slot'],
  ])('%s has its figures and a hint', (code, change, words) => {
    const warnings = generatorWarnings(measured({ ...calm, ...change }))
    expect(warnings.map((warning) => warning.code)).toEqual([code])
    expect(warnings[0]?.message).toContain(words)
    expect(warnings[0]?.hint).not.toBe('')
  })

  it('does not warn about users who waited for a slot, the gate or funds', () => {
    const wait = { ...nothing.arrivals.lagMs, count: 100, p99: 60_000, max: 90_000 }
    const waits = { place: wait, gate: wait, funding: wait }
    const calmly = measured(calm)
    expect(generatorWarnings({ ...calmly, arrivals: { ...calmly.arrivals, waits } })).toEqual([])
  })

  it('warns exactly when a limit is exceeded', () => {
    const load = fc.record({
      lagMs: fc.integer({ min: 0, max: 200 }),
      loopMs: fc.integer({ min: 0, max: 100 }),
      cpuCores: fc.double({ min: 0, max: 4, noNaN: true }),
      machine: fc.double({ min: 0, max: 1, noNaN: true }),
      noPlace: fc.nat(5),
    })
    fc.assert(
      fc.property(load, (state) => {
        const passed = [
          state.lagMs > generatorLimits.lagP99Ms,
          state.loopMs > generatorLimits.eventLoopP99Ms,
          state.cpuCores / 4 > generatorLimits.cpuShare,
          state.machine > generatorLimits.machineShare,
          state.noPlace / 100 > generatorLimits.noPlaceShare,
        ].filter(Boolean)
        expect(generatorWarnings(measured(state))).toHaveLength(passed.length)
      }),
    )
  })
})
