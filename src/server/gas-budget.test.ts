import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createGasBudget } from './gas-budget.ts'

const clockAt = (now: { ms: number }) => ({ now: () => now.ms, sleepUntil: () => Promise.resolve() })

it('no user ever costs more than the budget and what has grown back', () => {
  const step = fc.record({
    gas: fc.integer({ min: 1, max: 60 }),
    waitMs: fc.integer({ min: 0, max: 900_000 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const now = { ms: 1000 }
      const budget = createGasBudget(100n, clockAt(now))
      let spent = 0
      for (const { gas, waitMs } of steps) {
        now.ms += waitMs
        try {
          budget.charge('user', BigInt(gas))
          spent += gas
        } catch (error) {
          expect(error).toMatchObject({ code: 'GAS_BUDGET_SPENT', status: 429, retriable: true })
        }
        expect(spent).toBeLessThanOrEqual(100 + ((now.ms - 1000) / 3_600_000) * 100 + 1e-6)
      }
    }),
  )
})

it('a refused user may come back after the time in Retry-After', () => {
  const now = { ms: 0 }
  const budget = createGasBudget(100n, clockAt(now))
  budget.charge('a', 100n)
  expect(() => budget.charge('a', 50n)).toThrow(expect.objectContaining({ retryAfter: '1800' }))
  expect(() => budget.charge('b', 100n)).not.toThrow()
  now.ms += 1_800_000
  expect(() => budget.charge('a', 50n)).not.toThrow()
})

it('what is given back may be spent again, and refusals cost nothing', () => {
  const budget = createGasBudget(100n, clockAt({ ms: 0 }))
  budget.charge('a', 80n)
  for (let i = 0; i < 5; i += 1) expect(() => budget.charge('a', 30n)).toThrow()
  budget.refund('a', 80n)
  expect(() => budget.charge('a', 100n)).not.toThrow()
})

it('only so many users are kept in mind, and those who cost nothing are not', () => {
  const budget = createGasBudget(100n, clockAt({ ms: 0 }), 2)
  for (const user of ['a', 'b']) budget.charge(user, 100n)
  expect(() => budget.charge('c', 101n)).toThrow()
  expect(() => budget.charge('a', 1n)).toThrow()
  budget.charge('d', 1n)
  expect(() => budget.charge('a', 100n)).not.toThrow()
})
