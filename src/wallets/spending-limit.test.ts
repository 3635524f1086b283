import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSpendingLimit } from './spending-limit.ts'

const amounts = fc.bigInt({ min: 0n, max: 1_000n })
const isCap = expect.objectContaining({ code: 'SPENDING_CAP' })
const isInternal = expect.objectContaining({ code: 'INTERNAL' })

describe('a spending cap', () => {
  it('is never passed, in whatever order transactions begin and end', () => {
    const actions = fc.array(fc.record({ begin: amounts, share: fc.double({ min: 0, max: 1, noNaN: true }) }))
    fc.assert(
      fc.property(amounts, actions, fc.infiniteStream(fc.boolean()), (cap, list, coins) => {
        const limit = createSpendingLimit(cap)
        const open: { settle: (wei: bigint) => void; actual: bigint }[] = []
        let spent = 0n
        for (const { begin, share } of list) {
          if (begin <= limit.leftWei()) {
            const actual = BigInt(Math.floor(Number(begin) * share))
            open.push({ settle: limit.reserve(begin), actual })
          } else {
            expect(() => limit.reserve(begin)).toThrowError(isCap)
          }
          if (coins.next().value) {
            const done = open.shift()
            done?.settle(done.actual)
            spent += done?.actual ?? 0n
          }
          expect(limit.spentWei()).toBe(spent)
          expect(limit.leftWei()).toBeGreaterThanOrEqual(0n)
          expect(limit.spentWei() + limit.leftWei()).toBeLessThanOrEqual(cap)
        }
        for (const { settle, actual } of open) {
          settle(actual)
          spent += actual
        }
        expect(limit.leftWei()).toBe(cap - spent)
      }),
    )
  })

  it('refuses to settle a reservation twice', () => {
    const limit = createSpendingLimit(10n)
    const settle = limit.reserve(5n)
    settle(5n)
    expect(() => settle(5n)).toThrowError(isInternal)
    expect(limit.leftWei()).toBe(5n)
  })

  it('counts what a transaction did cost, even if its fees rose above what was set aside', () => {
    const limit = createSpendingLimit(10n)
    limit.reserve(8n)(12n)
    expect(limit.spentWei()).toBe(12n)
    expect(limit.leftWei()).toBe(0n)
    expect(() => limit.reserve(1n)).toThrowError(isCap)
  })
})
