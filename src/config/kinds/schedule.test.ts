import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { replayFile, spikes, stages } from './schedule.ts'

const climb = { durationMs: 30_000, fromPerSecond: 0, toPerSecond: 5 }
const hold = { durationMs: 600_000, fromPerSecond: 5, toPerSecond: 5 }

describe('stages', () => {
  it.each([
    ['0-5/s over 30s, 5/s for 10m'],
    ['0 to 5 over 30s,5 for 10'],
    ['0-300/min over 0.5m\n300/min for 10m'],
    [['0-5/s over 30s', '5/s for 10m']],
    [
      [
        { from: 0, to: 5, over: '30s' },
        { rate: 5, for: '10m' },
      ],
    ],
    [[{ from: '0', to: '5/s', over: 0.5 }, '5 for 10']],
  ])('are read from %j', (given) => {
    expect(stages.read(given)).toEqual([climb, hold])
  })

  it.each([
    ['5/s'],
    ['5-/s over 10s'],
    ['-5 for 10s'],
    ['5 for soon'],
    ['5 at 10s'],
    [[{ rate: 5 }]],
    [[{ rate: 5, for: '10s', at: 3 }]],
    [7],
    [null],
  ])('are not read from %j', (given) => {
    expect(stages.read(given)).toBeUndefined()
  })

  it('are written in a form that reads back the same', () => {
    const rate = fc.integer({ min: 0, max: 10_000 }).map((tenths) => tenths / 10)
    const stage = fc.record({
      durationMs: fc.integer({ min: 1, max: 10_000_000 }),
      fromPerSecond: rate,
      toPerSecond: rate,
    })
    fc.assert(
      fc.property(fc.array(stage), (list) => {
        expect(stages.read(stages.show(list))).toEqual(list)
      }),
    )
  })
})

describe('spikes', () => {
  it.each([['20/s for 30s at 5m'], ['+20 for 0.5m at 300s'], [[{ rate: 20, for: '30s', at: 5 }]]])(
    'are read from %j',
    (given) => {
      const read = spikes.read(given)
      expect(read).toEqual([{ atMs: 300_000, durationMs: 30_000, perSecond: 20 }])
      expect(spikes.read(spikes.show(read ?? []))).toEqual(read)
    },
  )

  it.each([['20/s for 30s'], ['20/s at 5m'], ['many for 30s at 5m']])('are not read from %j', (given) => {
    expect(spikes.read(given)).toBeUndefined()
  })
})

describe('recorded arrivals', () => {
  const read = (text: string) => {
    const folder = mkdtempSync(join(tmpdir(), 'vana-load-'))
    try {
      writeFileSync(join(folder, 'times'), text)
      return replayFile.read(join(folder, 'times'))?.recorded
    } finally {
      rmSync(folder, { recursive: true })
    }
  }

  it('are the due times of the flows of a run, in order', () => {
    expect(read('{"index":1,"dueMs":500.125,"x":1}\n{"index":0,"dueMs":0}\n')).toEqual({
      dueMs: [0, 500.125],
    })
  })

  it('are seconds from the start, one a line', () => {
    expect(read('# recorded\n0.5\n\n2\n1')).toEqual({ dueMs: [500, 1000, 2000] })
  })

  it('are dates, of which the first is the start', () => {
    expect(read('2026-05-01T10:00:01Z\n2026-05-01T10:00:00Z\n2026-05-01T10:00:02.5Z')).toEqual({
      dueMs: [0, 1000, 2500],
    })
  })

  it.each([
    ['0\nsoon', 'line 2 is neither'],
    ['{"index":1}', 'line 1 is neither'],
    ['{"index":1', 'line 1 is neither'],
    ['2026-99-99', 'line 1 is neither'],
    ['1\n-1', 'line 2 is before the start'],
    ['5\n2026-05-01T10:00:00Z', 'mixes dates with seconds'],
  ])('say what is wrong with %j', (text, problem) => {
    expect(read(text)).toEqual({ problem: expect.stringContaining(problem) })
  })

  it('say when there is no such file', () => {
    expect(replayFile.read('/nowhere/at/all')?.recorded).toEqual({
      problem: "it can't be read: there is no such file",
    })
  })
})
