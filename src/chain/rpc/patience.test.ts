import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPatience } from './patience.ts'

function patienceOf({ patienceMs = 30_000, pauses = 3, random = (): number => 0.5 } = {}) {
  let nowMs = 1000
  const patience = createPatience({ clock: { now: () => nowMs }, patienceMs, pauses, random })
  const pass = (ms: number): void => {
    nowMs += ms
  }
  return { patience, pass, spentMs: () => nowMs - 1000 }
}

describe('patience', () => {
  it('waits twice as long each time, up to two seconds, and half of that on average', () => {
    const { patience, pass } = patienceOf()
    const waits = Array.from({ length: 8 }, () => {
      const waitMs = patience.backOff() ?? 0
      pass(waitMs)
      return waitMs
    })
    expect(waits).toEqual([50, 100, 200, 400, 800, 1000, 1000, 1000])
  })

  it('is used up after its time, whatever the waits and attempts take', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60_000 }),
        fc.array(
          fc.record({
            random: fc.double({ min: 0, max: 0.999, noNaN: true }),
            tookMs: fc.nat(3000),
            readyInMs: fc.nat(9000),
          }),
        ),
        (patienceMs, rounds) => {
          let random = 0
          const { patience, pass, spentMs } = patienceOf({ patienceMs, random: () => random })
          for (const round of rounds) {
            random = round.random
            const beforeMs = spentMs()
            const waitMs = patience.backOff(round.readyInMs)
            expect(waitMs === undefined).toBe(beforeMs >= patienceMs)
            if (waitMs === undefined) return
            expect(waitMs).toBeGreaterThan(0)
            expect(beforeMs + waitMs).toBeLessThanOrEqual(patienceMs)
            expect(patience.spentMs()).toBe(beforeMs)
            pass(waitMs + round.tookMs)
          }
        },
      ),
    )
  })

  it('waits out a few pauses besides, and spreads those who wait for the same one', () => {
    const { patience, pass } = patienceOf({ patienceMs: 100, pauses: 2, random: () => 0.999 })
    for (let i = 0; i < 2; i += 1) {
      const waitMs = patience.pauseFor(2000) ?? 0
      expect(waitMs).toBeGreaterThan(2900)
      expect(waitMs).toBeLessThan(3000)
      pass(waitMs)
    }
    expect(patience.pauseFor(2000)).toBeUndefined()
    expect(patience.backOff()).toBeGreaterThan(0)
  })
})
