import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createLatencyTrend } from './latency-trend.ts'

it('measures the growth of a straight line, in whatever order users end', () => {
  const line = fc.record({
    growth: fc.double({ min: -0.5, max: 3, noNaN: true }),
    idleMs: fc.integer({ min: 100, max: 10_000 }),
    due: fc.uniqueArray(fc.nat(600_000), { minLength: 8, maxLength: 60 }),
  })
  fc.assert(
    fc.property(line, ({ growth, idleMs, due }) => {
      fc.pre(Math.max(...due) - Math.min(...due) >= 8000)
      const trend = createLatencyTrend()
      for (const dueMs of due) trend.record(dueMs, idleMs + growth * dueMs)
      expect(trend.growth()).toBeCloseTo(growth, 6)
    }),
  )
})

it('measures a quarter for a queue served at 80 % of its arrival rate', () => {
  const trend = createLatencyTrend()
  for (let user = 0; user < 200; user += 1) {
    const dueMs = user * 100
    trend.record(dueMs, (user + 1) * 125 - dueMs)
  }
  expect(trend.growth()).toBeCloseTo(0.25, 6)
})

it('reports nothing for few users or a short time', () => {
  const [few, short] = [createLatencyTrend(), createLatencyTrend()]
  for (let user = 0; user < 7; user += 1) few.record(user * 10_000, 1000)
  for (let user = 0; user < 100; user += 1) short.record(user * 10, 1000)
  expect([few.growth(), short.growth()]).toEqual([null, null])
})
