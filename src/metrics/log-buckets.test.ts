import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  createLogBucketCollector,
  logBucketOf,
  logBucketUpperMs,
  mergeLogBuckets,
  percentileOfLogBuckets,
} from './log-buckets.ts'

const durations = fc.array(fc.double({ min: 1, max: 600_000, noNaN: true }), { minLength: 1, maxLength: 100 })

function collect(values: number[]) {
  const collector = createLogBucketCollector()
  for (const value of values) collector.record(value)
  return collector.take()
}

it('puts a duration in its bucket, which is 4.4 % wide', () => {
  fc.assert(
    fc.property(fc.double({ min: 1, max: 1e9, noNaN: true }), (ms) => {
      const upper = logBucketUpperMs(logBucketOf(ms))
      expect(upper).toBeGreaterThanOrEqual(ms * (1 - 1e-9))
      expect(upper).toBeLessThan(ms * 1.0443 * (1 + 1e-9))
    }),
  )
})

it('computes the percentiles of the whole from merged seconds', () => {
  fc.assert(
    fc.property(durations, durations, fc.constantFrom(50, 95, 99), (left, right, percentile) => {
      const merged = mergeLogBuckets([collect(left), collect(right)])
      expect(merged).toEqual(collect([...left, ...right]))
      const sorted = [...left, ...right].toSorted((a, b) => a - b)
      const truth = sorted[Math.ceil((percentile / 100) * sorted.length) - 1] ?? Number.NaN
      const measured = percentileOfLogBuckets(merged, percentile) ?? Number.NaN
      expect(measured / truth).toBeGreaterThan(1 - 1e-6)
      expect(measured / truth).toBeLessThan(1.045)
    }),
  )
})

it('has no percentile for empty buckets', () => {
  expect(percentileOfLogBuckets([], 50)).toBeNull()
  expect(collect([])).toEqual([])
})

it('is empty after a take', () => {
  const collector = createLogBucketCollector()
  collector.record(10)
  expect(collector.take()).toHaveLength(1)
  expect(collector.take()).toEqual([])
})
