import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stepNames } from '../flow/steps.ts'
import {
  describeThresholdProblem,
  parseThreshold,
  parseThresholds,
  thresholdOperators,
} from './parse-threshold.ts'
import { metricNames } from './threshold-metrics.ts'

const problemsOf = (text: string) => parseThreshold(text).problems

describe('a valid threshold', () => {
  it.each([
    ['flow.p95 < 45s', '<', 45_000, false],
    ['success >= 85%', '>=', 0.85, false],
    ['success >= 0.85', '>=', 0.85, false],
    ['errors.CHAIN_RATE_LIMITED == 0', '==', 0, false],
    ['errors.CHAIN_RATE_LIMITED.submit < 1%', '<', 0.01, true],
    ['errors < 3', '<', 3, false],
    ['dropped <= 0.5%', '<=', 0.005, true],
    ['step.confirm.p99<10s', '<', 10_000, false],
    ['group.storage.p95 < 2 s', '<', 2000, false],
    ['lag.p99 < 20ms', '<', 20, false],
    ['flowsPerSecond >= 2.5', '>=', 2.5, false],
    ['flowsPerSecond >= 2.5/s', '>=', 2.5, false],
    ['rss < 1GB', '<', 1e9, false],
    ['rss < 1GiB', '<', 2 ** 30, false],
    ['money.spent <= 1.5 VANA', '<=', 1.5e18, false],
    ['gas.perFlow < 600_000', '<', 600_000, false],
    ['  flow.max   !=   1m  ', '!=', 60_000, false],
    ['eventLoop.p99 < 50ms', '<', 50, false],
    ['submit.p99 < 5s', '<', 5000, false],
    ['storage.p95 < 2s', '<', 2000, false],
    ['funding.max < 30s', '<', 30_000, false],
    ['funding.batch.p95 < 5s', '<', 5000, false],
    ['components.personalServer.busyShare < 90%', '<', 0.9, false],
    ['components.chain.rss < 1GB', '<', 1e9, false],
    ['machine < 95%', '<', 0.95, false],
  ])('%s', (text, operator, limit, ofShare) => {
    const { threshold, problems } = parseThreshold(text)
    expect(problems).toEqual([])
    expect(threshold).toMatchObject({ operator, ofShare })
    expect(threshold?.limit).toBeCloseTo(limit, 9)
  })

  it.each([
    ['success >= 85%', null],
    ['success >= 85% abort', 0],
    ['success >= 85%   abort  after 30s', 30_000],
    ['flow.p95 < 45 s abort after 1.5 m', 90_000],
  ])('%s ends a run from %s ms on', (text, abortAfterMs) => {
    const { threshold } = parseThreshold(text)
    expect(threshold?.abortAfterMs).toBe(abortAfterMs)
    const again = parseThreshold(threshold?.expression ?? '').threshold
    expect(again).toMatchObject({ abortAfterMs, limit: threshold?.limit })
  })

  it('may name a step or a group without its kind', () => {
    const limitOf = (text: string) => parseThreshold(text).threshold?.metric
    expect(limitOf('submit.p99 < 5s')).toBe(limitOf('step.submit.p99 < 5s'))
    expect(limitOf('storage.p95 < 2s')).toBe(limitOf('group.storage.p95 < 2s'))
  })

  it('is formatted with single spaces and keeps its meaning', () => {
    const units: Record<string, string> = { ms: 'ms', bytes: 'MB', wei: 'gwei' }
    fc.assert(
      fc.property(
        fc.constantFrom(...metricNames),
        fc.constantFrom(...thresholdOperators),
        fc.nat(10_000),
        (name, operator, amount) => {
          const unit = units[parseThreshold(`${name} < 1ms`).threshold?.metric.unit ?? ''] ?? ''
          const candidates = [unit, 'MB', 'gwei', ''].map((unit) =>
            parseThreshold(`${name}${operator}${amount}${unit}`),
          )
          const first = candidates.find(({ threshold }) => threshold !== null)?.threshold
          expect(first?.operator).toBe(operator)
          const again = parseThreshold(first?.expression ?? '').threshold
          expect(again).toMatchObject({ expression: first?.expression, limit: first?.limit })
        },
      ),
    )
  })
})

describe('an invalid threshold', () => {
  it('is reported with its position and a suggestion', () => {
    expect(problemsOf('step.confrim.p99 < 10s')).toEqual([
      {
        expression: 'step.confrim.p99 < 10s',
        position: 0,
        message: 'there is no metric "step.confrim.p99"',
        suggestion: 'step.confirm.p99',
      },
    ])
    expect(problemsOf('errors.CHAIN_RATE_LIMTED == 0')[0]?.suggestion).toBe('errors.CHAIN_RATE_LIMITED')
    expect(problemsOf('sucess >= 85%')[0]?.suggestion).toBe('success')
    expect(problemsOf('flow.p95 =< 45s')).toMatchObject([{ position: 9, suggestion: '<=' }])
  })

  it('is reported with all its problems', () => {
    expect(problemsOf('flw.p95 = ').map(({ position }) => position)).toEqual([0, 8, 10])
    expect(problemsOf('')).toHaveLength(3)
  })

  it.each([
    ['flow.p95 < 45', 'the value has no unit'],
    ['flow.p95 < 45MB', '"MB" is not a unit'],
    ['flow.p95 < soon', '"soon" is not a value'],
    ['flow.p95 45s', 'a comparison is missing'],
    ['flow.p95 < 45s please', 'is not a value'],
    ['flow.p95 < 10%', '"%" is not a unit'],
    ['errors.NO_SUCH_CODE == 0', 'there is no metric'],
    ['errors.CHAIN_NONCE.nowhere == 0', 'there is no metric'],
    ['__proto__ < 1', 'there is no metric'],
    ['success >= 85% abort after', '"abort after" is not understood'],
    ['success >= 85% abort after 30', '"abort after 30" is not understood'],
    ['success >= 85% abort at once', '"abort at once" is not understood'],
    ['success >= abort', 'a value is missing'],
  ])('%s: %s', (text, message) => {
    expect(problemsOf(text)[0]?.message).toContain(message)
  })

  it('never throws, and is never both parsed and rejected', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { threshold, problems } = parseThreshold(text)
        expect(threshold === null).toBe(problems.length > 0)
        for (const { position } of problems) expect(position).toBeLessThanOrEqual(text.length)
      }),
      { numRuns: 300 },
    )
  })

  it('does not affect the valid ones in the same list', () => {
    const { thresholds, problems } = parseThresholds(['success >= 85%', 'nope < 1', 'flow.p95 < 45'])
    expect(thresholds).toHaveLength(1)
    expect(problems.map(({ expression }) => expression)).toEqual(['nope < 1', 'flow.p95 < 45'])
  })

  it('is shown with a mark under the position', () => {
    const [problem] = problemsOf('flow.p95 =< 45s')
    if (problem === undefined) throw new Error('expected a problem')
    expect(describeThresholdProblem(problem)).toBe(
      'flow.p95 =< 45s\n         ^ "=<" is not a comparison; use one of < <= > >= == !=; did you mean <=?',
    )
  })
})

it('every step has a metric', () => {
  for (const step of stepNames) expect(metricNames).toContain(`step.${step}.p95`)
})
