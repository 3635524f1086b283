import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFundingQueue } from './funding-queue.ts'
import { createIndexSet } from './index-set.ts'

/** Takes all batches that are ready. */
function takeAll(queue: { take(): number[] }): number[][] {
  const batches: number[][] = []
  for (let batch = queue.take(); batch.length > 0; batch = queue.take()) batches.push(batch)
  return batches
}
const count = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

describe('a funding queue', () => {
  it('funds each user once, none later than it is asked for, and none beyond the horizon', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat({ max: 2 ** 31 - 1 }), { maxLength: 120 }),
        fc.integer({ min: 0, max: 50 }),
        fc.integer({ min: 1, max: 40 }),
        fc.func(fc.integer({ min: 0, max: 9 })),
        (users, aheadUsers, batchSize, dice) => {
          const queue = createFundingQueue({ users, aheadUsers, batchSize })
          const funded: number[] = []
          for (const [place, user] of users.entries()) {
            // Some users never come; those after them must still be served.
            if (dice(place) === 0) continue
            expect(queue.ask(user)).toBe(true)
            for (const batch of takeAll(queue)) {
              expect(batch.length).toBeLessThanOrEqual(batchSize)
              funded.push(...batch)
            }
            expect(funded).toContain(user)
            expect(funded.length).toBeLessThanOrEqual(place + 1 + aheadUsers)
          }
          expect(funded).toEqual(users.slice(0, funded.length))
        },
      ),
    )
  })

  it('begins with as many full batches as the horizon holds', () => {
    const queue = createFundingQueue({ users: count(1000), aheadUsers: 200, batchSize: 100 })
    expect(takeAll(queue).map((batch) => batch.length)).toEqual([100, 100])
  })

  it('takes the whole of a small run at once', () => {
    const queue = createFundingQueue({ users: count(60), aheadUsers: 200, batchSize: 100 })
    expect(takeAll(queue)).toEqual([count(60)])
  })

  it('waits for a full batch while those who come are funded already', () => {
    const queue = createFundingQueue({ users: count(1000), aheadUsers: 200, batchSize: 100 })
    takeAll(queue)
    for (const user of count(99)) queue.ask(user)
    expect(queue.take()).toEqual([])
    expect(queue.due).toBe(99)
    queue.ask(99)
    expect(queue.take()).toHaveLength(100)
  })

  it('does not make someone wait for a full batch', () => {
    const queue = createFundingQueue({ users: count(1000), aheadUsers: 10, batchSize: 100 })
    takeAll(queue)
    queue.ask(12)
    expect(queue.take()).toContain(12)
  })

  it('knows who is no user of the run', () => {
    const queue = createFundingQueue({ users: [3, 1, 2], aheadUsers: 1, batchSize: 1 })
    expect(queue.ask(4)).toBe(false)
    expect(queue.ask(2)).toBe(true)
    expect(queue.ask(3)).toBe(true)
  })
})

describe('a set of indexes', () => {
  it('holds what was added and nothing else', () => {
    const indexes = fc.oneof(fc.nat({ max: 20_000 }), fc.nat({ max: 2 ** 31 - 1 }))
    fc.assert(
      fc.property(fc.array(indexes), fc.array(indexes), (added, others) => {
        const set = createIndexSet()
        for (const index of added) set.add(index)
        const model = new Set(added)
        expect(set.size).toBe(model.size)
        for (const index of [...added, ...others]) expect(set.has(index)).toBe(model.has(index))
      }),
    )
  })
})
