import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type CapacitySearchSettings,
  capacitySoFar,
  nextCapacityMove,
  type RateOutcome,
} from './capacity-search.ts'

/** Runs a search against a function that decides whether a rate holds. */
function search(settings: CapacitySearchSettings, holds: (ratePerSecond: number, run: number) => boolean) {
  const outcomes: RateOutcome[] = []
  for (let run = 0; run < 500; run += 1) {
    const move = nextCapacityMove(settings, outcomes)
    if (move.kind === 'done') return { verdict: move, outcomes }
    outcomes.push({ ratePerSecond: move.ratePerSecond, held: holds(move.ratePerSecond, run) })
  }
  throw new Error('the search did not end')
}

const settings = { startPerSecond: 1, maxPerSecond: 100 }
const capacities = fc.double({ min: 0.2, max: 99, noNaN: true })

describe('a capacity search', () => {
  it('steps up until it breaks, halves the bracket, and measures both ends again', () => {
    const { outcomes, verdict } = search(settings, (rate) => rate <= 5)
    expect(outcomes.map(({ ratePerSecond }) => ratePerSecond)).toEqual([
      ...[1, 2, 4, 8],
      ...[5.66, 4.76, 5.19],
      ...[4.76, 4.76, 5.19],
    ])
    expect(verdict).toMatchObject({
      ratePerSecond: 4.76,
      brokeAtPerSecond: 5.19,
      runs: 3,
      held: 3,
      confidence: 0.8,
    })
  })

  it('finds any capacity, from below and with the requested precision', () => {
    fc.assert(
      fc.property(capacities, fc.constantFrom(0.05, 0.1, 0.25), (capacity, precision) => {
        const { verdict, outcomes } = search({ ...settings, precision }, (rate) => rate <= capacity)
        expect(verdict.ratePerSecond ?? 0).toBeLessThanOrEqual(capacity)
        const ceiling = (verdict.ratePerSecond ?? 0) * (1 + precision)
        expect(Math.min(capacity, 100)).toBeLessThanOrEqual(
          Math.max(ceiling, verdict.brokeAtPerSecond ?? 100),
        )
        if (verdict.brokeAtPerSecond !== null && verdict.ratePerSecond !== null) {
          expect(verdict.brokeAtPerSecond).toBeLessThanOrEqual(ceiling * 1.01)
        }
        expect(outcomes.length).toBeLessThanOrEqual(20)
      }),
    )
  })

  it('stays within its limits, measures no rate more than three times, and ends, whatever the outcomes', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 500, maxLength: 500 }), (chance) => {
        const { outcomes, verdict } = search(settings, (_rate, run) => chance[run] ?? false)
        const times = new Map<number, number>()
        for (const { ratePerSecond } of outcomes) {
          expect(ratePerSecond).toBeGreaterThanOrEqual(settings.startPerSecond / 8)
          expect(ratePerSecond).toBeLessThanOrEqual(settings.maxPerSecond)
          times.set(ratePerSecond, (times.get(ratePerSecond) ?? 0) + 1)
        }
        expect(Math.max(...times.values())).toBeLessThanOrEqual(3)
        if (verdict.ratePerSecond === null) return
        expect(verdict.held).toBeGreaterThan(verdict.runs / 2)
        expect(verdict.runs).toBe(times.get(verdict.ratePerSecond))
        if (verdict.brokeAtPerSecond !== null) {
          expect(verdict.ratePerSecond).toBeLessThan(verdict.brokeAtPerSecond)
        }
      }),
    )
  })

  it('is not misled by one unlucky run', () => {
    let unlucky = true
    const { verdict } = search(settings, (rate) => {
      if (rate === 4 && unlucky) {
        unlucky = false
        return false
      }
      return rate <= 20
    })
    // The bracket closed below 4 first; measuring its upper end again showed that it holds.
    expect(verdict.ratePerSecond).toBeGreaterThan(17)
  })

  it('reports that no rate holds if the first rates break', () => {
    const { verdict, outcomes } = search(settings, () => false)
    expect(outcomes.map(({ ratePerSecond }) => ratePerSecond)).toEqual([1, 0.5, 0.25, 0.125, 0.125])
    expect(verdict).toMatchObject({ ratePerSecond: null, brokeAtPerSecond: 0.125, confidence: null })
  })

  it('confirms the maximum when it reaches it, with no rate that breaks', () => {
    const { verdict } = search({ startPerSecond: 10, maxPerSecond: 25 }, () => true)
    expect(verdict).toMatchObject({ ratePerSecond: 25, brokeAtPerSecond: null, runs: 3 })
  })

  it('reports what it knows when it is cut short', () => {
    const held = (ratePerSecond: number, isSo: boolean) => ({ ratePerSecond, held: isSo })
    expect(capacitySoFar([held(1, true), held(2, true), held(4, false)])).toMatchObject({
      ratePerSecond: 2,
      brokeAtPerSecond: 4,
      runs: 1,
      confidence: 2 / 3,
    })
    expect(capacitySoFar([])).toMatchObject({ ratePerSecond: null, confidence: null })
  })
})
