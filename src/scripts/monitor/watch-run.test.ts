import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { healthy, makeRun } from '../../../test/report/realistic-run.ts'
import type { Clock } from '../../async/clock.ts'
import { readRun } from '../../results/read-run.ts'
import { advance, atTheStart, describeProgress } from './follow-progress.ts'
import { tailTimeline } from './tail-timeline.ts'
import { watchRun } from './watch-run.ts'

const made = makeRun({ ...healthy, users: 30 })
const text = made.timeline.map((line) => `${JSON.stringify(line)}\n`).join('')

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vana-load-watch-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('tailTimeline', () => {
  it('gives every line once, however it is cut while it is written', async () => {
    const path = join(folder, 'timeline.ndjson')
    const tail = tailTimeline(path)
    try {
      expect(await tail.next()).toEqual([])
      const seen = []
      const bytes = Buffer.from(text)
      for (let at = 0; at < bytes.length; at += 777) {
        await appendFile(path, bytes.subarray(at, at + 777))
        seen.push(...(await tail.next()))
      }
      expect(seen).toEqual(made.timeline)
      expect(await tail.next()).toEqual([])
    } finally {
      await tail.close()
    }
  })

  it('leaves out a line that is not as it should be', async () => {
    const path = join(folder, 'timeline.ndjson')
    await writeFile(path, `{"half":\n${text}`)
    const tail = tailTimeline(path)
    expect(await tail.next()).toHaveLength(made.timeline.length)
    await tail.close()
  })
})

describe('describeProgress', () => {
  it('says how far a run has come', () => {
    const progress = advance(advance(atTheStart(30), made.timeline.slice(0, 5)), made.timeline.slice(5))
    const { succeeded } = made.summary.users
    expect(describeProgress(progress)).toContain(`ended 30 of 30 (${succeeded} succeeded`)
    expect(describeProgress(atTheStart(null))).toBe('no data of this run yet')
  })
})

describe('watchRun', () => {
  /** A clock on which every sleep is a step of the story. */
  function clockOf(steps: (() => Promise<void>)[]): Clock {
    let now = 0
    return {
      now: () => now,
      async sleepUntil(timeMs) {
        now = timeMs
        await steps.shift()?.()
      },
    }
  }

  it('shows each second and ends with the summary', async () => {
    const config = { values: { users: { value: 30, source: 'flag --users' } } }
    await writeFile(join(folder, 'config.json'), JSON.stringify(config))
    const lines = text.split('\n')
    const clock = clockOf([
      () => appendFile(join(folder, 'timeline.ndjson'), `${lines.slice(0, 3).join('\n')}\n`),
      () => appendFile(join(folder, 'timeline.ndjson'), `${lines.slice(3).join('\n')}`),
      () => writeFile(join(folder, 'summary.json'), JSON.stringify(made.summary)),
    ])
    const shown: string[] = []
    const finished = await watchRun(await readRun(folder), {
      clock,
      signal: new AbortController().signal,
      show: (line) => shown.push(line),
    })
    expect(finished?.summary.run.id).toBe(made.summary.run.id)
    expect(shown).toHaveLength(2)
    expect(shown[1]).toContain('ended 30 of 30')
  })

  it('reports a long silence, and stops when it is aborted', async () => {
    const controller = new AbortController()
    const steps = Array.from({ length: 20 }, () => async () => {})
    const clock = clockOf([...steps, async () => controller.abort()])
    const shown: string[] = []
    const finished = await watchRun(await readRun(folder), {
      clock,
      signal: controller.signal,
      show: (line) => shown.push(line),
    })
    expect(finished).toBeNull()
    expect(shown[0]).toContain('no news for 16 s: was it killed?')
  })
})
