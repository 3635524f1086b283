import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createThroughput } from './throughput.ts'

const times = fc.array(fc.nat(60_000), { maxLength: 200 })

it('the peak is the best window of whole seconds', () => {
  fc.assert(
    fc.property(times, fc.constantFrom(1, 10), (completions, windowSeconds) => {
      const throughput = createThroughput()
      for (const atMs of completions) throughput.completed(atMs)
      let best = 0
      for (let start = 0; start <= 60; start += 1) {
        const within = completions.filter(
          (atMs) => Math.floor(atMs / 1000) >= start && Math.floor(atMs / 1000) < start + windowSeconds,
        )
        best = Math.max(best, within.length / windowSeconds)
      }
      expect(throughput.peakPerSecond(windowSeconds)).toBeCloseTo(best, 9)
    }),
  )
})

it('the recent rate leaves out the second that is not over', () => {
  const throughput = createThroughput()
  for (const atMs of [1100, 1200, 2100, 3050, 3060]) throughput.completed(atMs)
  expect(throughput.recentPerSecond(3100, 2)).toBe(1.5)
})

it('early in a run the recent rate is over the seconds there were', () => {
  const throughput = createThroughput()
  throughput.completed(500)
  throughput.completed(600)
  expect(throughput.recentPerSecond(1000, 10)).toBe(2)
  expect(throughput.recentPerSecond(900, 10)).toBe(0)
})

it('nothing completed is a peak of 0', () => {
  expect(createThroughput().peakPerSecond(10)).toBe(0)
})
