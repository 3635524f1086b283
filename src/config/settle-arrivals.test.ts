import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { checkProfile } from '../load/check-profile.ts'
import { loadProfileOf } from './load-profile.ts'
import { type PresetName, presetNames } from './presets.ts'
import { resolveConfig } from './resolve-config.ts'

const folder = mkdtempSync(join(tmpdir(), 'vana-load-'))
const recorded = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
afterAll(() => rmSync(folder, { recursive: true }))

type Flags = Record<string, string>
const configOf = (flags: Flags) => resolveConfig({ flags }).config
function problemsOf(flags: Flags): string[] {
  try {
    resolveConfig({ flags })
  } catch (error) {
    return String((error as Error).message)
      .split('\n')
      .slice(1)
      .map((line) => line.replace(/^ {2}- (\S+) \((flag )?(.*?)\): /, '$1: '))
  }
  return []
}

describe('how users come', () => {
  it.each([
    ['replay', { '--replay': recorded('a', '0\n1\n') }],
    ['batch', { '--batch-size': '5' }],
    ['batch', { '--delay': '8' }],
    ['wave', { '--arrival': 'wave', '--batch-size': '5' }],
    ['poisson', { '--stages': '5 for 1m' }],
  ])('is %s when %j is given', (arrival, flags: Flags) => {
    expect(configOf(flags).load.arrival).toBe(arrival)
  })

  it.each([
    [{ '--sequential': 'true' }, 2000],
    [{ '--sequential': 'true', '--spacing': '3s' }, 3000],
    [{ '--sequential': 'true', '--delay': '7s' }, 7000],
  ])('is one user after another, with the spacing between them, for %j', (flags: Flags, batchDelayMs) => {
    const { users, load } = configOf({ '--users': '10', ...flags })
    expect(users).toBe(10)
    expect(load).toMatchObject({ arrival: 'batch', batchSize: 1, concurrency: 1, batchDelayMs })
  })

  it('is not one after another and something else', () => {
    const flags = { '--sequential': 'true', '--concurrency': '4', '--arrival': 'poisson', '--rate': '3' }
    expect(problemsOf(flags)).toEqual([
      expect.stringContaining('load.arrival: conflicts with --sequential, which implies batch'),
      expect.stringContaining('load.concurrency: conflicts with --sequential, which implies 1'),
    ])
  })

  it('has as many users as stages and spikes bring', () => {
    const flags = { '--stages': '0-10/s over 1m, 10/s for 1m', '--spike': '5/s for 10s at 30s' }
    expect(configOf(flags)).toMatchObject({ users: 950, load: { durationMs: 120_000, concurrency: 60 } })
  })

  it('has spikes on top of the users of a preset, and among those that were asked for', () => {
    expect(configOf({ '--spike': '5/s for 10s at 10s' }).users).toBe(110)
    const asked = configOf({ '--spike': '5/s for 10s at 10s', '--users': '110' })
    expect(asked).toMatchObject({ users: 110, load: { durationMs: 30_000 } })
  })

  it('has the users of a recorded load', () => {
    expect(configOf({ '--replay': recorded('b', '0\n1\n4\n') })).toMatchObject({
      users: 3,
      load: { durationMs: 4000, concurrency: 3 },
    })
  })

  it('has a slot for each user when all arrive at once, and never more slots than users by default', () => {
    expect(configOf({ '--arrival': 'at-once', '--users': '80' }).load.concurrency).toBe(80)
    expect(configOf({ '--arrival': 'at-once', '--users': '80', '--concurrency': '8' }).load.concurrency).toBe(
      8,
    )
    expect(configOf({ '--users': '10' }).load.concurrency).toBe(10)
  })

  it('has the numbers of the presets, and in compressed time the same users at a higher rate', () => {
    const burst = loadProfileOf(configOf({ '--preset': 'burst', '--time-scale': '30' }))
    expect(burst).toMatchObject({
      users: 12_500,
      concurrency: 1_000,
      timeScale: 30,
      arrival: {
        kind: 'poisson',
        stages: [{ durationMs: 60_000 }, { durationMs: 240_000 }, { durationMs: 60_000 }],
      },
    })
    const conservative = configOf({ '--preset': 'conservative' })
    expect(conservative).toMatchObject({
      users: 5_000,
      load: { concurrency: 200, rampUpMs: 600_000, sustainMs: 2_400_000, rampDownMs: 600_000 },
    })
  })

  it('makes of every preset, scale and part a profile that finds nothing wrong with itself', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<PresetName>(...presetNames),
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 1, max: 50 }),
        (preset, scale, count) => {
          fc.pre(preset !== 'debug' || count === 1)
          const flags = { '--preset': preset, '--time-scale': String(scale), '--part': `${count}/${count}` }
          const config = configOf(flags)
          expect(checkProfile(loadProfileOf(config), config.load.part)).toEqual([])
        },
      ),
    )
  })
})

describe('an impossible load', () => {
  it.each<[Flags, string[]]>([
    [{ '--rate': '0' }, ['load.rate: no user ever arrives at 0/s']],
    [
      { '--users': '10', '--concurrency': '20' },
      ['load.concurrency: a concurrency of 20 needs at least as many users, but only 10 arrive: 20 > 10'],
    ],
    [
      { '--stages': '5/s for 1m', '--users': '10' },
      ['load.stages: the stages bring 300 users, not 10: 5/s for 1m = 300'],
    ],
    [{ '--stages': '0 for 1m' }, ['load.stages: no stage has a rate: 0/s for 1m = 0 users']],
    [
      { '--users': '1000000', '--duration': '1ms' },
      [
        'load.rate: 1000000 users in 1ms arrive at up to 1000000000/s, more than the maximum of 100000/s per generator',
      ],
    ],
    [{ '--time-scale': '0' }, ['load.timeScale: a factor of 0 never ends']],
    [
      { '--replay': recorded('none', '# nothing\n') },
      ['load.replay: the recording has no arrivals, so 0 users would start'],
    ],
    [{ '--replay': recorded('two', '0\n1\n'), '--users': '5' }, ['load.replay: it holds 2 arrivals, not 5']],
    [{ '--arrival': 'replay' }, ['load.arrival: missing --replay: which file should be replayed?']],
    [
      { '--spike': '5/s for 20s at 20s', '--rate': '2', '--duration': '30s' },
      ["load.spikes: '5/s for 20s at 20s' ends after the load: 20s + 20s = 40s, users arrive for 30s"],
    ],
    [{ '--part': '5/4' }, ['load.part: part 5 of 4 does not exist']],
    [
      { '--users': '3', '--part': '1/4', '--concurrency': '2' },
      [
        'load.part: 3 users over 4 parts leave 1 of them with none',
        'load.part: 2 places (--concurrency) over 4 parts leave 2 of them with none',
      ],
    ],
    [
      { '--batch-size': '2', '--part': '1/3' },
      ['load.part: 2 users of a batch over 3 parts leave 1 of them with none'],
    ],
    [
      { '--arrival': 'wave', '--delay': '0' },
      ['load.batchDelay: waves 0s apart all start at once: 5 users / 0s'],
    ],
  ])('of %j is refused with the sum that shows why', (flags, problems) => {
    expect(problemsOf(flags)).toEqual(problems)
  })

  it('reports all at once', () => {
    const flags = {
      '--users': '10',
      '--concurrency': '20',
      '--rate': '0',
      '--spike': '5/s for 10m at 3h',
      '--time-scale': '0',
      '--part': '7/5',
    }
    expect(problemsOf(flags).map((line) => line.split(':')[0])).toEqual([
      'load.spikes',
      'load.rate',
      'load.timeScale',
      'load.concurrency',
      'load.part',
    ])
  })

  it.each<[Flags, string]>([
    [{ '--stages': '5 for 1m', '--rate': '5' }, 'load.rate'],
    [{ '--stages': '5 for 1m', '--ramp-up': '5' }, 'load.rampUp'],
    [{ '--batch-size': '5', '--patience': '5' }, 'load.patience'],
    [{ '--arrival': 'at-once', '--spike': '5/s for 1s at 1s' }, 'load.spikes'],
    [{ '--arrival': 'poisson', '--replay': recorded('c', '1') }, 'load.replay'],
  ])('of %j, of which %s has no effect, is refused', (flags, key) => {
    expect(problemsOf(flags)).toEqual([expect.stringContaining(`${key}: has no effect`)])
  })
})
