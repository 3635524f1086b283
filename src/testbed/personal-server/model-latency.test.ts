import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawModel } from './model-latency.ts'

const draws = (timing: Parameters<typeof drawModel>[1], count = 4000) =>
  Array.from({ length: count }, (_, index) => drawModel(String(index), timing))
const sorted = (values: number[]): number[] => values.sort((a, b) => a - b)

describe('drawing the latency of a prediction', () => {
  it('is the same for the same seed and permission', () => {
    expect(drawModel('7', { seed: 1 })).toEqual(drawModel('7', { seed: 1 }))
    expect(drawModel('7', { seed: 1 })).not.toEqual(drawModel('7', { seed: 2 }))
    expect(drawModel('7', { seed: 1 })).not.toEqual(drawModel('8', { seed: 1 }))
  })

  it('has the given median and spread', () => {
    const latencies = sorted(draws({ medianMs: 400, sigma: 0.5 }).map((draw) => draw.latencyMs))
    expect(latencies[2000]).toBeGreaterThan(380)
    expect(latencies[2000]).toBeLessThan(420)
    const logs = latencies.map((latency) => Math.log(latency / 400))
    const deviation = Math.sqrt(logs.reduce((sum, log) => sum + log * log, 0) / logs.length)
    expect(deviation).toBeGreaterThan(0.48)
    expect(deviation).toBeLessThan(0.52)
  })

  it('is always the median without spread', () => {
    expect(new Set(draws({ medianMs: 250, sigma: 0 }).map((draw) => draw.latencyMs))).toEqual(new Set([250]))
  })

  it('stays within its bounds and is always a number', () => {
    fc.assert(
      fc.property(fc.string(), fc.double({ min: 0, max: 5, noNaN: true }), (permissionId, sigma) => {
        const { latencyMs } = drawModel(permissionId, { sigma, minMs: 100, maxMs: 900 })
        expect(latencyMs).toBeGreaterThanOrEqual(100)
        expect(latencyMs).toBeLessThanOrEqual(900)
      }),
    )
  })

  it('fails at the given rate', () => {
    expect(draws({}).some((draw) => draw.fails)).toBe(false)
    expect(draws({ failureRate: 1 }).every((draw) => draw.fails)).toBe(true)
    const share = draws({ failureRate: 0.2 }).filter((draw) => draw.fails).length / 4000
    expect(share).toBeGreaterThan(0.17)
    expect(share).toBeLessThan(0.23)
  })
})
