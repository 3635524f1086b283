import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkThreshold } from './check-threshold.ts'
import { parseThreshold } from './parse-threshold.ts'
import { metricNames } from './threshold-metrics.ts'

describe('checkThreshold', () => {
  it.each([
    ['cpu < 80', 'cpu is a share of one core, and 80 without a unit is 8000%', 'cpu < 80%'],
    [
      'components.personalServer.busyShare < 90',
      'components.personalServer.busyShare is a share, and 90 without a unit is 9000%',
      'components.personalServer.busyShare < 90% or components.personalServer.busyShare < 0.9',
    ],
    ['success > 99', 'success is a share, and 99 without a unit is 9900%', 'success > 99% or success > 0.99'],
    [
      'success >= 99.5 abort after 30s',
      'success is a share, and 99.5 without a unit is 9950%',
      'success >= 99.5% abort after 30s or success >= 0.995',
    ],
    ['success >= 101%', 'it can never hold: success is from 0% to 100%', null],
    ['success > 100%', 'it can never hold: success is from 0% to 100%', null],
    ['success >= 0%', 'it can never fail: success is from 0% to 100%', null],
    ['success <= 1', 'it can never fail: success is from 0% to 100%', null],
    ['dropped < 150%', 'it can never fail: dropped is from 0% to 100%', null],
    ['flow.p95 < -1s', 'it can never hold: flow.p95 is never below 0', null],
    ['flow.p95 >= 0s', 'it can never fail: flow.p95 is never below 0', null],
    ['errors < 0', 'it can never hold: errors is a whole number from 0', null],
    ['errors == 0.5', 'it can never hold: errors is a whole number from 0', null],
    ['errors != -1', 'it can never fail: errors is a whole number from 0', null],
    ['flow.p96 < 1s', 'there is no metric "flow.p96"', 'flow.p90'],
  ])('refuses %s', (expression, message, suggestion) => {
    expect(checkThreshold(expression)).toMatchObject([{ expression, message, suggestion }])
  })

  it.each([
    ...['cpu < 80%', 'cpu < 250%', 'cpu < 0.8', 'components.chain.cpuShare < 300%', 'machine < 95%'],
    ...['success >= 100%', 'success >= 1', 'success > 0', 'success == 100%', 'success < 1', 'failed <= 0'],
    ...['errors == 0', 'errors != 0', 'errors < 0.5', 'dropped < 1%', 'dropped == 0.5%', 'flow.p95 < 45s'],
    ...['flow.min > 0ms', 'rpc.callsPerFlow == 2.5', 'money.left == 0wei', 'flowsPerSecond >= 2.5'],
  ])('takes %s', (expression) => {
    expect(checkThreshold(expression)).toEqual([])
  })

  it('rejects exactly the thresholds that every value of the metric meets, or none', () => {
    const operator = fc.constantFrom('<', '<=', '>', '>=', '==', '!=')
    const limit = fc.constantFrom('-1', '0', '0.25', '0.5', '1')
    fc.assert(
      fc.property(
        fc.constantFrom('success', 'machine', 'keepsUp'),
        operator,
        limit,
        (name, compare, value) => {
          const verdicts = new Set(
            [0, 0.1, 0.25, 0.4, 0.5, 0.9, 1].map((actual) => holds(actual, compare, Number(value))),
          )
          expect(checkThreshold(`${name} ${compare} ${value}`).length === 0).toBe(verdicts.size === 2)
        },
      ),
    )
  })

  it('accepts nothing that a run would reject', () => {
    fc.assert(
      fc.property(fc.constantFrom(...metricNames), fc.string(), (name, rest) => {
        const text = `${name} ${rest}`
        if (parseThreshold(text).threshold === null) expect(checkThreshold(text)).not.toEqual([])
      }),
    )
  })
})

function holds(actual: number, operator: string, limit: number): boolean {
  if (operator === '<') return actual < limit
  if (operator === '<=') return actual <= limit
  if (operator === '>') return actual > limit
  if (operator === '>=') return actual >= limit
  return (actual === limit) === (operator === '==')
}
