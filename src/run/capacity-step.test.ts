import { describe, expect, it } from 'vitest'
import { describeConfig } from '../config/describe-config.ts'
import { resolveConfig } from '../config/resolve-config.ts'
import { configOfStep, documentOfStep, keepsUpCondition } from './capacity-step.ts'

const resolved = resolveConfig({
  flags: { '--find-capacity': true, '--capacity-step': '20s', '--threshold': ['flow.p95 < 10s'] },
})
const step = (ratePerSecond: number, number = 1, firstIndex = 0) =>
  configOfStep(resolved.config, { number, ratePerSecond, firstIndex, maxSpendWei: null })

describe('a step of a capacity search', () => {
  it('has users for its whole time, at a steady rate, and places for all that may be in flight', () => {
    const { users, load, limits, wallets } = step(12)
    expect(users).toBe(240)
    expect(load).toMatchObject({ ratePerSecond: 12, durationMs: 20_000, sustainMs: 20_000, rampUpMs: 0 })
    expect(load.concurrency).toBe(240)
    expect(limits.maxSpendWei).toBeGreaterThan(240n * wallets.fundingWei)
  })

  it('has enough users to say something, however slow it is', () => {
    expect(step(0.1).users).toBe(10)
    expect(step(0.1).load.durationMs).toBe(100_000)
  })

  it('comes by the clock, whatever pattern the configuration has', () => {
    const { config } = resolveConfig({
      flags: { '--find-capacity': true, '--batch-size': '5', '--delay': '8s', '--users': '50' },
    })
    const { load } = configOfStep(config, { number: 1, ratePerSecond: 2, firstIndex: 0, maxSpendWei: null })
    expect(load).toMatchObject({ arrival: 'poisson', stages: [], spikes: [], ratePerSecond: 2 })
  })

  it('is held to the thresholds of the search, always to keeping up, and ends when too many have failed', () => {
    expect(step(1).thresholds).toEqual(['flow.p95 < 10s', keepsUpCondition, 'errors <= 10 abort'])
    expect(step(1).breaker.mode).toBe('off')
  })

  it('goes on whatever fails when there is to be no breaker', () => {
    const { config } = resolveConfig({ flags: { '--find-capacity': true, '--breaker': 'off' } })
    const { thresholds } = configOfStep(config, {
      number: 1,
      ratePerSecond: 2,
      firstIndex: 0,
      maxSpendWei: null,
    })
    expect(thresholds.filter((text) => text.includes('abort'))).toEqual([])
  })

  it('has arrivals and wallets of its own', () => {
    expect(step(2, 1).seed).not.toBe(step(2, 2).seed)
    expect(step(2, 2, 40).wallets.firstIndex).toBe(40)
  })

  it('keeps what it changed in its document', () => {
    const document = documentOfStep(describeConfig(resolved), step(12))
    expect(document.values.users).toEqual({ value: 240, source: 'step of the capacity search' })
    expect(document.values['load.rate']?.value).toBe('12/s')
  })
})
