import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTopUps } from './top-ups.ts'

const settings = { batchSize: 3, maxBatches: 2 }

describe('top-ups', () => {
  it('give each wallet at least what it asks for, and never pay a wallet twice at once', async () => {
    const request = fc.record({ user: fc.nat(6), wei: fc.bigInt(1n, 9n) })
    await fc.assert(
      fc.asyncProperty(fc.array(request, { maxLength: 30 }), fc.scheduler(), async (requests, scheduler) => {
        const held = new Map<number, bigint>()
        const busy = new Set<number>()
        let inFlight = 0
        const topUps = createTopUps({
          ...settings,
          async pay(users, wei) {
            inFlight += 1
            expect(users.length).toBeLessThanOrEqual(settings.batchSize)
            expect(inFlight).toBeLessThanOrEqual(settings.maxBatches)
            for (const user of users) {
              expect(busy.has(user)).toBe(false)
              busy.add(user)
            }
            await scheduler.schedule(Promise.resolve())
            for (const user of users) {
              busy.delete(user)
              if ((held.get(user) ?? 0n) < wei) held.set(user, wei)
            }
            inFlight -= 1
          },
        })
        const asked = requests.map(async ({ user, wei }) => {
          await scheduler.schedule(Promise.resolve())
          await topUps.ask(user, wei)
          expect(held.get(user) ?? 0n).toBeGreaterThanOrEqual(wei)
        })
        await scheduler.waitFor(Promise.all(asked))
        await topUps.settled()
        expect(topUps.waiting()).toBe(0)
      }),
    )
  })

  it('end for those whose payment has not begun, and for all who come later', async () => {
    let paid = (): void => {}
    const pay = (): Promise<void> =>
      new Promise((resolve) => {
        paid = resolve
      })
    const topUps = createTopUps({ batchSize: 1, maxBatches: 1, pay })
    const first = topUps.ask(1, 5n)
    const second = topUps.ask(2, 5n)
    topUps.end(new Error('no more'))
    await expect(second).rejects.toThrow('no more')
    await expect(topUps.ask(3, 5n)).rejects.toThrow('no more')
    expect(topUps.waiting()).toBe(1)
    paid()
    await first
    await topUps.settled()
  })

  it('fail for those whose payment fails, and go on', async () => {
    let payments = 0
    const topUps = createTopUps({
      ...settings,
      async pay() {
        payments += 1
        if (payments === 1) throw new Error('refused')
      },
    })
    await expect(topUps.ask(1, 5n)).rejects.toThrow('refused')
    await topUps.ask(1, 5n)
  })
})
