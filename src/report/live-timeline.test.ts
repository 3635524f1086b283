import { describe, expect, it } from 'vitest'
import { healthy, makeRun } from '../../test/report/realistic-run.ts'
import type { TimelineLine } from '../results/timeline-line.ts'
import { createLiveTimeline } from './live-timeline.ts'
import { timelinePoints } from './timeline-points.ts'

const { timeline } = makeRun({ ...healthy, users: 120 })
const flows = timeline.reduce((sum, { ended }) => sum + ended.succeeded, 0)

/** The made-up run over and over, for as many seconds. */
function* seconds(count: number): Generator<TimelineLine> {
  for (let second = 1; second <= count; second += 1) {
    const line = timeline[second % timeline.length]
    if (line !== undefined) yield { ...line, atMs: second * 1000, spanMs: 1000 }
  }
}

describe('createLiveTimeline', () => {
  it('has the points of the finished run', async () => {
    const live = createLiveTimeline()
    for (const line of timeline) live.add(line)
    const run = { durationMs: timeline.at(-1)?.atMs ?? 0, flows }
    expect(live.points(run)).toEqual(await timelinePoints(timeline, run))
  })

  it.each([700, 1300, 11_000, 40_000])('counts everything of %i seconds in bounded memory', async (count) => {
    const live = createLiveTimeline()
    for (const line of seconds(count)) live.add(line)
    const { stretches, stretchMs } = live.state()
    expect(stretches.length).toBeLessThanOrEqual(600)
    expect(JSON.stringify(stretches).length).toBeLessThan(1_500_000)
    const { points, pointMs } = live.points({ durationMs: count * 1000, flows: 1e9 })
    expect(pointMs % stretchMs).toBe(0)
    expect(points.length).toBeLessThanOrEqual(121)
    const whole = await timelinePoints(seconds(count), { durationMs: count * 1000, flows: 1e9 })
    const came = (of: typeof points) => of.reduce((sum, { arrived }) => sum + arrived, 0)
    expect(came(points)).toBe(came(whole.points))
    if (whole.pointMs === pointMs) {
      const shown = (of: typeof points) =>
        of.map(({ active, latencyMs, ended, errors }) => ({ active, latencyMs, ended, errors }))
      expect(shown(points)).toEqual(shown(whole.points))
    }
  })

  it('continues from the state of another timeline', () => {
    const first = createLiveTimeline()
    let second = createLiveTimeline()
    let number = 0
    for (const line of seconds(1500)) {
      first.add(line)
      // Sent as JSON to one who comes late, and again after a pause.
      if (number === 650 || number === 1250)
        second = createLiveTimeline(JSON.parse(JSON.stringify(first.state())))
      else if (number > 650) second.add(line)
      number += 1
    }
    expect(second.state()).toEqual(first.state())
  })
})
