import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createManualClock } from './manual-clock.fixture.ts'
import { createSpacer } from './spacer.ts'

/** Requests turns at given times and aborts some of them. Returns when each caller got its turn. */
async function turns(spacingMs: number, asked: { atMs: number; abortMs?: number }[], random = () => 0) {
  const clock = createManualClock()
  const spacer = createSpacer(clock, spacingMs, random)
  const given: (number | 'aborted')[] = []
  const all = asked.map(async ({ atMs, abortMs }, index) => {
    await clock.sleepUntil(atMs)
    const stop = new AbortController()
    if (abortMs !== undefined) void clock.sleepUntil(abortMs).then(() => stop.abort(new Error('gave up')))
    given[index] = await spacer.turn(stop.signal).then(
      () => clock.now(),
      () => 'aborted' as const,
    )
  })
  await clock.advanceTo(1_000_000)
  await Promise.all(all)
  return given
}

describe('createSpacer', () => {
  it('gives the first caller a turn at once and each later one after the spacing, in order', async () => {
    expect(await turns(2000, [{ atMs: 0 }, { atMs: 1 }, { atMs: 2 }, { atMs: 9000 }])).toEqual([
      0, 2000, 4000, 9000,
    ])
  })

  it('adds up to half of the spacing at random', async () => {
    const drawn = [0.5, 0, 0.9]
    const all = await turns(
      2000,
      [{ atMs: 0 }, { atMs: 1 }, { atMs: 2 }, { atMs: 3 }],
      () => drawn.shift() ?? 0,
    )
    expect(all).toEqual([0, 2500, 4500, 7400])
  })

  it('gives the place of an aborted caller to the next at once', async () => {
    expect(await turns(2000, [{ atMs: 0 }, { atMs: 1, abortMs: 1500 }, { atMs: 2 }])).toEqual([
      0,
      'aborted',
      2000,
    ])
  })

  it('starts anew after all callers aborted', async () => {
    expect(await turns(2000, [{ atMs: 0 }, { atMs: 1, abortMs: 500 }, { atMs: 700 }])).toEqual([
      0,
      'aborted',
      2000,
    ])
  })

  it('makes no caller wait without a spacing', async () => {
    expect(await turns(0, [{ atMs: 5 }, { atMs: 5 }])).toEqual([5, 5])
  })

  it('keeps the spacing and the order, and never waits for an aborted caller', async () => {
    const user = fc.record({ atMs: fc.nat(5000), waitMs: fc.option(fc.integer({ min: 1, max: 3000 })) })
    await fc.assert(
      fc.asyncProperty(fc.array(user, { minLength: 1, maxLength: 15 }), async (users) => {
        const asked = users
          .toSorted((a, b) => a.atMs - b.atMs)
          .map(({ atMs, waitMs }) => ({ atMs, ...(waitMs === null ? {} : { abortMs: atMs + waitMs }) }))
        const given = await turns(700, asked)
        let freeMs = 0
        for (const [index, atMs] of given.entries()) {
          if (atMs === 'aborted') continue
          expect(atMs).toBe(Math.max(asked[index]?.atMs ?? 0, freeMs))
          freeMs = atMs + 700
        }
      }),
      { numRuns: 60 },
    )
  })
})
