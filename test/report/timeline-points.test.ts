import fc from 'fast-check'
import { expect, it } from 'vitest'
import { timelinePoints } from '../../src/report/timeline-points.ts'
import { outcomeKeys } from '../../src/results/outcome-counts.ts'
import { healthy, makeRun, overloaded } from './realistic-run.ts'

it('points add up to the run, and are at most 120', async () => {
  const made = makeRun({ ...overloaded, users: 300 })
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 500 }), async (flows) => {
      const { points, pointMs } = await timelinePoints(made.timeline, {
        durationMs: made.summary.run.durationMs,
        flows,
      })
      expect(points.length).toBeLessThanOrEqual(121)
      for (const key of outcomeKeys) {
        expect(points.reduce((sum, { ended }) => sum + ended[key], 0)).toBe(made.summary.users[key])
      }
      expect(points.reduce((sum, { arrived }) => sum + arrived, 0)).toBe(300)
      expect(points.reduce((sum, { seconds }) => sum + seconds, 0)).toBeCloseTo(made.timeline.length, 3)
      expect(points.every(({ startMs }) => startMs % pointMs === 0)).toBe(true)
      expect(Math.max(...points.map(({ active }) => active))).toBe(
        Math.max(...made.timeline.map(({ active }) => active)),
      )
    }),
    { numRuns: 20 },
  )
})

it('the percentiles of one point for the whole run are those of the run', async () => {
  const made = makeRun({ ...healthy, users: 200 })
  const durationMs = made.summary.run.durationMs
  const shifted = made.timeline.map((line) => ({ ...line, atMs: line.atMs / 1000 }))
  const { points } = await timelinePoints(shifted, { durationMs: 1, flows: 1 })
  expect(durationMs).toBeGreaterThan(1000)
  expect(points).toHaveLength(1)
  const { p50, p95 } = points[0]?.latencyMs ?? {}
  const flow = made.summary.latencyMs.flow
  expect((p50 ?? 0) / (flow.p50 ?? 1)).toBeCloseTo(1.02, 1)
  expect((p95 ?? 0) / (flow.p95 ?? 1)).toBeCloseTo(1.02, 1)
  const confirm = points[0]?.stepMeanMs.confirm ?? 0
  expect(confirm / (made.summary.latencyMs.steps.confirm.mean ?? 1)).toBeCloseTo(1, 3)
})

it('points show the open breaker, the admitted share, and rate limits', async () => {
  const [line] = makeRun({ ...healthy, users: 30 }).timeline
  if (line === undefined) throw new Error('no timeline')
  const states = ['closed', 'open', 'open', 'half-open']
  const lines = states.map((breaker, index) => ({
    ...line,
    atMs: (index + 1) * 1000,
    spanMs: 1000,
    breaker,
    admittedShare: 0.5,
    rateLimits: index,
  }))
  const { points } = await timelinePoints(lines, { durationMs: 48_000, flows: 0 })
  expect(points).toHaveLength(1)
  expect(points[0]).toMatchObject({
    breaker: { open: 0.5, halfOpen: 0.25 },
    admittedShare: 0.125,
    rateLimits: 6,
  })
})

it('a rest of less than half a second counts with the second before it', async () => {
  const [line] = makeRun({ ...healthy, users: 30 }).timeline
  if (line === undefined) throw new Error('no timeline')
  const lines = [1000, 2000, 2025].map((atMs, index) => ({ ...line, atMs, spanMs: index < 2 ? 1000 : 25 }))
  const { points } = await timelinePoints(lines, { durationMs: 2025, flows: 100 })
  expect(points.map(({ seconds }) => seconds)).toEqual([1, 1.025])
})

it('a timeline without seconds has no points', async () => {
  expect((await timelinePoints([], { durationMs: 0, flows: 0 })).points).toEqual([])
})

it('a simulated run is the same for the same seed', () => {
  const first = makeRun({ ...healthy, users: 30 }, 'seed')
  const again = makeRun({ ...healthy, users: 30 }, 'seed')
  expect(again.summary).toEqual(first.summary)
  expect(makeRun({ ...healthy, users: 30 }, 'other').flows).not.toEqual(first.flows)
})
