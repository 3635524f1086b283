import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emptyDigest, LatencyHistogram } from './latency-histogram.ts'

const durations = fc.array(fc.double({ min: 0, max: 3_600_000, noNaN: true }), {
  minLength: 1,
  maxLength: 200,
})

/** Computes the nearest-rank percentile by its definition. */
function truePercentile(values: number[], percentile: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(1, Math.ceil((percentile / 100) * sorted.length)) - 1] ?? Number.NaN
}

function histogramOf(values: number[]): LatencyHistogram {
  const histogram = new LatencyHistogram()
  for (const value of values) histogram.record(value)
  return histogram
}

describe('LatencyHistogram', () => {
  it('reports null, never 0, when empty', () => {
    expect(new LatencyHistogram().digest()).toEqual(emptyDigest)
    expect(new LatencyHistogram().percentiles([50, 99])).toEqual([])
  })

  it('reports a single value as every statistic', () => {
    expect(histogramOf([12.345]).digest()).toEqual({
      count: 1,
      min: 12.345,
      mean: 12.345,
      p50: 12.345,
      p90: 12.345,
      p95: 12.345,
      p99: 12.345,
      max: 12.345,
    })
  })

  it('reports a measured zero as 0', () => {
    expect(histogramOf([0]).digest().p99).toBe(0)
  })

  it('computes percentiles as the nearest rank, never below it and at most 0.1 % and a microsecond above', () => {
    fc.assert(
      fc.property(durations, fc.constantFrom(50, 90, 95, 99), (values, percentile) => {
        const [measured = Number.NaN] = histogramOf(values).percentiles([percentile])
        const truth = truePercentile(values, percentile)
        expect(measured).toBeGreaterThanOrEqual(truth - 0.0011)
        expect(measured).toBeLessThanOrEqual(truth * 1.001 + 0.0021)
      }),
    )
  })

  it('computes minimum, maximum and mean exactly to the microsecond', () => {
    fc.assert(
      fc.property(durations, (values) => {
        const digest = histogramOf(values).digest()
        expect(digest.min).toBeCloseTo(Math.min(...values), 2)
        expect(digest.max).toBeCloseTo(Math.max(...values), 2)
        expect(digest.mean).toBeCloseTo(values.reduce((a, b) => a + b) / values.length, 2)
      }),
    )
  })

  it('merges two histograms into one of both series', () => {
    fc.assert(
      fc.property(durations, durations, (left, right) => {
        const merged = histogramOf(left)
        merged.merge(histogramOf(right))
        const whole = histogramOf([...left, ...right]).digest()
        expect({ ...merged.digest(), mean: 0 }).toEqual({ ...whole, mean: 0 })
        expect(merged.digest().mean).toBeCloseTo(whole.mean ?? Number.NaN, 2)
      }),
    )
  })

  it('gives the same results after encoding and merging', () => {
    fc.assert(
      fc.property(durations, (values) => {
        const encoded = histogramOf(values).encode()
        if (encoded === null) throw new Error('expected an encoded histogram')
        const elsewhere = new LatencyHistogram()
        elsewhere.mergeEncoded(JSON.parse(JSON.stringify(encoded)))
        expect(elsewhere.digest()).toEqual(histogramOf(values).digest())
      }),
      { numRuns: 20 },
    )
  })

  it('has no encoded form when empty, and does not change on merging an empty one', () => {
    const histogram = histogramOf([5])
    histogram.merge(new LatencyHistogram())
    expect(histogram.digest().min).toBe(5)
    expect(new LatencyHistogram().encode()).toBeNull()
  })

  it('counts a negative duration as 0', () => {
    expect(histogramOf([-3]).digest().min).toBe(0)
  })

  it('keeps the exact maximum of a duration over 24 hours', () => {
    expect(histogramOf([1, 100 * 3_600_000]).digest().max).toBe(360_000_000)
  })

  it('rejects a duration that is not a finite number', () => {
    expect(() => histogramOf([Number.NaN])).toThrow(RangeError)
  })

  it('is empty after a reset', () => {
    const histogram = histogramOf([1, 2, 3])
    histogram.reset()
    expect(histogram.digest()).toEqual(emptyDigest)
    histogram.record(7)
    expect(histogram.digest().p50).toBe(7)
  })
})
