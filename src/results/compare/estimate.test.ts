import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom, type Random } from '../../random/random.ts'
import { differenceOf } from './difference.ts'
import { type Estimate, estimateMean, estimatePercentile, estimateShare } from './estimate.ts'
import { longRunVariance } from './long-run-variance.ts'

/** Two uniform numbers make a normal one (Box and Muller). */
const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

/** Log-normal latencies of which each resembles the one before, as those of a queue do. */
function latencies(
  random: Random,
  flows: number,
  { resemblance, factor = 1 }: { resemblance: number; factor?: number | undefined },
): number[] {
  let state = normal(random)
  return Array.from({ length: flows }, () => {
    state = resemblance * state + Math.sqrt(1 - resemblance ** 2) * normal(random)
    return factor * 2000 * Math.exp(0.3 * state)
  })
}

const stands = (a: Estimate | null, b: Estimate | null): boolean => {
  if (a === null || b === null) throw new Error('nothing estimated')
  const { low, high } = differenceOf(a, b, { isScaled: true })
  return (low ?? -1) > 0 || (high ?? 1) < 0
}

const pairs = 300

describe.each([0, 0.7])('with neighbours correlated by %d', (resemblance) => {
  it.each([
    ['the median', (series: number[]) => estimatePercentile(series, 0.5)],
    ['p95', (series: number[]) => estimatePercentile(series, 0.95)],
    ['the mean', estimateMean],
  ] as const)('rarely reports a change of %s between equal pairs', (_, estimate) => {
    const random = createRandom('alike', String(resemblance))
    let alarms = 0
    for (let pair = 0; pair < pairs; pair += 1) {
      const [a, b] = [latencies(random, 300, { resemblance }), latencies(random, 300, { resemblance })]
      if (stands(estimate(a), estimate(b))) alarms += 1
    }
    expect(alarms / pairs).toBeLessThan(0.03)
  })

  it('detects a change by a quarter in most pairs', () => {
    const random = createRandom('slower', String(resemblance))
    let seen = 0
    for (let pair = 0; pair < pairs; pair += 1) {
      const [a, b] = [
        latencies(random, 300, { resemblance }),
        latencies(random, 300, { resemblance, factor: 1.25 }),
      ]
      if (stands(estimatePercentile(a, 0.5), estimatePercentile(b, 0.5))) seen += 1
    }
    expect(seen / pairs).toBeGreaterThan(0.8)
  })
})

describe('the difference of two durations', () => {
  const figure = fc.record({
    value: fc.double({ min: 1, max: 1e5, noNaN: true }),
    below: fc.double({ min: 0, max: 1, noNaN: true }),
    above: fc.double({ min: 0, max: 9, noNaN: true }),
  })
  const estimateOf = ({
    value,
    below,
    above,
  }: {
    value: number
    below: number
    above: number
  }): Estimate => ({
    value,
    low: value * (1 - below),
    high: value * (1 + above),
    flows: 50,
  })

  it('contains the difference, and never goes below -100 %', () => {
    fc.assert(
      fc.property(figure, figure, (a, b) => {
        const { value, low, high } = differenceOf(estimateOf(a), estimateOf(b), { isScaled: true })
        const slack = 1e-9 * (a.value + b.value)
        expect(low).toBeGreaterThanOrEqual(-a.value)
        expect(low).toBeLessThanOrEqual(value + slack)
        if (high !== null) expect(high).toBeGreaterThanOrEqual(value - slack)
      }),
    )
  })

  it('is on a scale of factors: half as long with a wide interval ends above -100 %', () => {
    const reference = { value: 1000, low: 500, high: 2000, flows: 20 }
    const other = { value: 600, low: 150, high: 2400, flows: 20 }
    const { low, high } = differenceOf(reference, other, { isScaled: true })
    expect(low).toBeCloseTo(1000 * (0.6 * Math.exp(-Math.hypot(Math.log(4), Math.log(2))) - 1), 6)
    expect(high).toBeCloseTo(1000 * (0.6 * Math.exp(Math.hypot(Math.log(4), Math.log(2))) - 1), 6)
  })
})

describe('estimatePercentile', () => {
  it('has no upper bound for p95 with too few flows', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => (i * 37) % 100)
    expect(estimatePercentile(hundred, 0.95)).toMatchObject({ value: 94, high: null })
    expect(estimatePercentile(hundred, 0.5)).toMatchObject({ value: 49, low: 37, high: 62 })
    expect(estimatePercentile([], 0.5)).toBeNull()
  })
})

it('does not mistake the growth of a queue for noise', () => {
  const random = createRandom('queue', 'x')
  const steady = latencies(random, 300, { resemblance: 0.5 })
  const growing = latencies(random, 300, { resemblance: 0.5 }).map((ms, i) => ms + 30 * i)
  expect(stands(estimatePercentile(steady, 0.5), estimatePercentile(growing, 0.5))).toBe(true)
  expect(stands(estimateMean(steady), estimateMean(growing))).toBe(true)
})

describe('estimateShare', () => {
  it('has a wider interval for few flows, even if all succeeded', () => {
    const few = estimateShare(Array.from({ length: 20 }, () => true))
    const many = estimateShare(Array.from({ length: 2000 }, () => true))
    expect(few?.low).toBeCloseTo(0.751, 3)
    expect(many?.low).toBeCloseTo(0.9967, 4)
    expect(few?.high).toBe(1)
  })

  it('gives clustered failures less weight than scattered ones', () => {
    const spread = estimateShare(Array.from({ length: 1000 }, (_, i) => i % 10 !== 0))
    const together = estimateShare(Array.from({ length: 1000 }, (_, i) => i >= 100))
    expect(spread?.value).toBe(together?.value)
    expect(together?.low).toBeLessThan((spread?.low ?? 0) - 0.05)
  })
})

describe('longRunVariance', () => {
  it('is the variance of independent values, and larger for correlated neighbors', () => {
    const random = createRandom('variance', 'x')
    const independent = Array.from({ length: 4000 }, () => normal(random))
    expect(longRunVariance(independent)).toBeCloseTo(1, 0)
    let state = 0
    const resembling = Array.from({ length: 4000 }, () => {
      state = 0.7 * state + normal(random)
      return state
    })
    // In the limit 1 / (1 - 0.7)^2.
    expect(longRunVariance(resembling)).toBeGreaterThan(7)
    expect(longRunVariance(resembling)).toBeLessThan(16)
  })
})
