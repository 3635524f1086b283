import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createThroughput } from './throughput.ts'

const times = fc.array(fc.nat(60_000), { maxLength: 200 })

it('finds the peak in the best window of whole seconds', () => {
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

it('excludes the current second from the recent rate', () => {
  const throughput = createThroughput()
  for (const atMs of [1100, 1200, 2100, 3050, 3060]) throughput.completed(atMs)
  expect(throughput.recentPerSecond(3100, 2)).toBe(1.5)
})

it('computes the recent rate from the available seconds early in a run', () => {
  const throughput = createThroughput()
  throughput.completed(500)
  throughput.completed(600)
  expect(throughput.recentPerSecond(1000, 10)).toBe(2)
  expect(throughput.recentPerSecond(900, 10)).toBe(0)
})

it('has a peak of 0 without completions', () => {
  expect(createThroughput().peakPerSecond(10)).toBe(0)
})
