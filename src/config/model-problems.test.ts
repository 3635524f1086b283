import { describe, expect, it } from 'vitest'
import { resolveConfig } from './resolve-config.ts'

const resolve = (median: string, inference?: string) => () =>
  resolveConfig({
    flags: { '--inference-median': median, ...(inference === undefined ? {} : { '--inference': inference }) },
  })

describe('the median of the model', () => {
  it('is refused where every answer would take a bound instead', () => {
    expect(resolve('200s')).toThrow(
      'testbed.inferenceMedian (flag --inference-median): the median 3m20s is above the maximum of 1m; set both, such as --inference max=10m',
    )
    expect(resolve('5s', 'max=4s')).toThrow('above the maximum of 4s')
    expect(resolve('5s', 'min=6s')).toThrow('below the minimum of 6s')
  })

  it('is taken within them', () => {
    expect(resolve('60s')().config.testbed.inferenceMedianMs).toBe(60_000)
    expect(resolve('200s', 'max=10m')().config.testbed.inferenceMedianMs).toBe(200_000)
    expect(resolve('5s', 'min=5s,max=5s')().config.testbed.inferenceMedianMs).toBe(5000)
  })
})
