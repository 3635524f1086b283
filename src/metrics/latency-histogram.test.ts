import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emptyDigest, LatencyHistogram } from './latency-histogram.ts'

const durations = fc.array(fc.double({ min: 0, max: 3_600_000, noNaN: true }), {
  minLength: 1,
  maxLength: 200,
})

/** The nearest-rank percentile by definition: sort, then take. */
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
  it('an empty one says null, never 0', () => {
    expect(new LatencyHistogram().digest()).toEqual(emptyDigest)
    expect(new LatencyHistogram().percentiles([50, 99])).toEqual([])
  })

  it('one recorded value is every statistic', () => {
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

  it('a measured zero is 0', () => {
    expect(histogramOf([0]).digest().p99).toBe(0)
  })

  it('percentiles are the nearest rank, never below it and at most 0.1 % and a microsecond above', () => {
    fc.assert(
      fc.property(durations, fc.constantFrom(50, 90, 95, 99), (values, percentile) => {
        const [measured = Number.NaN] = histogramOf(values).percentiles([percentile])
        const truth = truePercentile(values, percentile)
        expect(measured).toBeGreaterThanOrEqual(truth - 0.0011)
        expect(measured).toBeLessThanOrEqual(truth * 1.001 + 0.0021)
      }),
    )
  })

  it('minimum, maximum and mean are exact to the microsecond', () => {
    fc.assert(
      fc.property(durations, (values) => {
        const digest = histogramOf(values).digest()
        expect(digest.min).toBeCloseTo(Math.min(...values), 2)
        expect(digest.max).toBeCloseTo(Math.max(...values), 2)
        expect(digest.mean).toBeCloseTo(values.reduce((a, b) => a + b) / values.length, 2)
      }),
    )
  })

  it('merging two gives the one that had seen both series', () => {
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

  it('one that was encoded and merged elsewhere says the same', () => {
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

  it('an empty one has no encoded form, and merging it changes nothing', () => {
    const histogram = histogramOf([5])
    histogram.merge(new LatencyHistogram())
    expect(histogram.digest().min).toBe(5)
    expect(new LatencyHistogram().encode()).toBeNull()
  })

  it('a negative duration counts as 0', () => {
    expect(histogramOf([-3]).digest().min).toBe(0)
  })

  it('a duration past 24 hours keeps its exact maximum', () => {
    expect(histogramOf([1, 100 * 3_600_000]).digest().max).toBe(360_000_000)
  })

  it('what is not a number is refused', () => {
    expect(() => histogramOf([Number.NaN])).toThrow(RangeError)
  })

  it('after a reset it is as new', () => {
    const histogram = histogramOf([1, 2, 3])
    histogram.reset()
    expect(histogram.digest()).toEqual(emptyDigest)
    histogram.record(7)
    expect(histogram.digest().p50).toBe(7)
  })
})
