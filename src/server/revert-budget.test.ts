import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createRevertBudget } from './revert-budget.ts'

const clockAt = (now: { ms: number }) => ({ now: () => now.ms, sleepUntil: () => Promise.resolve() })
const hourMs = 3_600_000
const allowance = 100
const dearest = 60

it('never lets a user waste more than the allowance of a span, an unused one and one transaction', () => {
  const step = fc.record({
    gas: fc.integer({ min: 1, max: dearest }),
    waitMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 * hourMs })),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const now = { ms: 1000 }
      const budget = createRevertBudget(BigInt(allowance), clockAt(now))
      const wasted: { atMs: number; gas: number }[] = []
      for (const { gas, waitMs } of steps) {
        now.ms += waitMs
        try {
          budget.requireLeft('user')
        } catch (error) {
          expect(error).toMatchObject({ code: 'REVERT_BUDGET_SPENT', status: 429, retriable: true })
          continue
        }
        budget.charge('user', BigInt(gas))
        wasted.push({ atMs: now.ms, gas })
        let sum = 0
        for (const { atMs, gas: of } of wasted.toReversed()) {
          sum += of
          expect(sum).toBeLessThanOrEqual(allowance * (1 + (now.ms - atMs) / hourMs) + dearest + 1e-6)
        }
      }
    }),
  )
})

it('lets a refused user back after the time in Retry-After, and others at once', () => {
  const now = { ms: 0 }
  const budget = createRevertBudget(100n, clockAt(now))
  budget.charge('a', 150n)
  expect(() => budget.requireLeft('a')).toThrow(expect.objectContaining({ retryAfter: '1800' }))
  expect(() => budget.requireLeft('b')).not.toThrow()
  now.ms += 1_800_000 + 1
  expect(() => budget.requireLeft('a')).not.toThrow()
})
