import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { healthy, makeRun } from '../../../test/report/realistic-run.ts'
import type { Summary } from '../../results/summary-schema.ts'
import { describeTrends } from './describe-trends.ts'
import { findTrends } from './find-trends.ts'

const { summary } = makeRun({ ...healthy, users: 30 })
const withP95 = (p95: number | null, change: Partial<Summary['run']> = {}): Summary => ({
  ...summary,
  run: { ...summary.run, ...change },
  latencyMs: { ...summary.latencyMs, flow: { ...summary.latencyMs.flow, p95 } },
})
const trendOf = (values: readonly (number | null)[]) => {
  const [series] = findTrends(values.map((value) => withP95(value)))
  return series?.trends.find(({ figure }) => figure === 'p95')
}

describe('findTrends', () => {
  it('compares the latest run with the median of those before it', () => {
    expect(trendOf([1000, 3000, 2000, 2500])).toMatchObject({
      latest: 2500,
      medianBefore: 2000,
      change: 0.25,
    })
    expect(trendOf([1000, 3000, 2500])).toMatchObject({ medianBefore: 2000 })
    expect(trendOf([1000])).toMatchObject({ latest: 1000, medianBefore: null, change: null })
  })

  it('calls a run worse only when it is worse than each of at least three before it', () => {
    expect(trendOf([1000, 1100, 1200, 1300])?.verdict).toBe('worse')
    expect(trendOf([1000, 1100, 1400, 1300])?.verdict).toBe('unclear')
    expect(trendOf([1000, 1100, 9000])?.verdict).toBe('unclear')
    expect(trendOf([1000, 1100, 1200, 900])?.verdict).toBe('better')
    expect(trendOf([1000, null, 1100, 9000])?.verdict).toBe('unclear')
    expect(trendOf([1000, 1100, 1200, null])?.verdict).toBe('unclear')
  })

  it('agrees with a plain definition of better and worse for any values', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 5 }), { minLength: 4, maxLength: 8 }), (values) => {
        const before = values.slice(0, -1)
        const latest = values.at(-1) ?? 0
        const expected = before.every((value) => latest > value)
          ? 'worse'
          : before.every((value) => latest < value)
            ? 'better'
            : 'unclear'
        expect(trendOf(values)?.verdict).toBe(expected)
      }),
    )
  })

  it('keeps runs apart that a relayer paid for, and those with faults', () => {
    const relayed: Summary = { ...withP95(2), funding: null, money: { ...summary.money, payer: 'relayer' } }
    const faulty: Summary = { ...withP95(3), faults: ['rpc:500=5%'] }
    const series = findTrends([withP95(1), relayed, faulty, withP95(4)])
    expect(series.map(({ runs }) => runs.length)).toEqual([1, 1, 2])
    const words = describeTrends(series)
    expect(words).toMatch(/, relayed, against .*: 1 run$/m)
    expect(words).toMatch(/, with faults rpc:500=5%: 1 run$/m)
  })

  it('compares only runs of the same preset, users and target, and puts the latest series last', () => {
    const series = findTrends([
      withP95(1, { preset: 'burst' }),
      withP95(2),
      withP95(3, { target: 'moksha' }),
      withP95(4, { preset: 'burst' }),
    ])
    expect(series.map(({ preset, target, runs }) => [preset, target, runs.length])).toEqual([
      ['conservative', 'local', 1],
      ['conservative', 'moksha', 1],
      ['burst', 'local', 2],
    ])
  })
})

describe('describeTrends', () => {
  it('draws how a figure went, and says when it is worse than ever', () => {
    const text = describeTrends(findTrends([1000, 2000, 3000, 8000].map((value) => withP95(value))))
    expect(text).toContain('conservative, 30 users, against local: 4 runs')
    expect(text).toMatch(/flow p95 +▁▂▃█ +8\.00 s +2\.00 s +\+300% +worse than every run before/)
  })
})
