import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createManualClock } from '../async/manual-clock.fixture.ts'
import { startClock } from '../async/started-clock.ts'
import { someClosedProfile } from './profile.fixture.ts'
import type { LoadProfile } from './profile.ts'
import { batchesOfPart, runProfile } from './run-profile.ts'
import { type Part, shareOf, wholeLoad } from './split.ts'
import { openGate } from './start-gate.ts'

type Life = { index: number; dueMs: number; startedMs: number; endedMs: number }

async function run(
  profile: LoadProfile,
  setup: { workMs: (index: number) => number; part?: Part; stopAtMs?: number },
) {
  const clock = createManualClock()
  const stop = new AbortController()
  const lives: Life[] = []
  const dropped: [index: number, reason: string, atMs: number][] = []
  let atWork = 0
  let peak = 0
  const done = runProfile(profile, {
    seed: 's',
    part: setup.part ?? wholeLoad,
    clock: startClock(clock),
    onArrival: () => {},
    gate: openGate,
    signal: stop.signal,
    async user({ index, dueMs }, startedMs) {
      peak = Math.max(peak, ++atWork)
      await clock.sleepUntil(clock.now() + setup.workMs(index))
      atWork--
      lives.push({ index, dueMs, startedMs, endedMs: clock.now() })
    },
    onDropped: ({ index }, reason) => dropped.push([index, reason, clock.now()]),
  })
  if (setup.stopAtMs !== undefined) {
    await clock.advanceTo(setup.stopAtMs)
    stop.abort()
  }
  await clock.advanceTo(100_000_000)
  await done
  return { lives: lives.sort((a, b) => a.index - b.index), dropped, peak }
}

const batches = (users: number, size: number, delayMs: number, concurrency: number): LoadProfile => ({
  users,
  concurrency,
  patienceMs: 0,
  arrival: { kind: 'batch', size, delayMs },
})

describe('a closed profile', () => {
  it('starts a batch when the delay after the end of the previous one is over', async () => {
    const { lives } = await run(batches(5, 2, 8000, 10), { workMs: (index) => 1000 * (index + 1) })
    expect(lives.map(({ dueMs, startedMs }) => [dueMs, startedMs])).toEqual([
      [0, 0],
      [0, 0],
      [10_000, 10_000],
      [10_000, 10_000],
      [22_000, 22_000],
    ])
  })

  it('makes a user due when another ends and frees a slot', async () => {
    const { lives, peak } = await run(batches(4, 4, 0, 2), {
      workMs: (index) => [100, 30, 50, 10][index] ?? 0,
    })
    expect(lives.map(({ dueMs }) => dueMs)).toEqual([0, 0, 30, 80])
    expect(peak).toBe(2)
  })

  it('with at-once, makes all users due at the start if there are enough slots', async () => {
    const profile: LoadProfile = { users: 50, concurrency: 50, patienceMs: 0, arrival: { kind: 'at-once' } }
    const { lives, peak } = await run(profile, { workMs: () => 10 })
    expect(lives.every(({ dueMs, startedMs }) => dueMs === 0 && startedMs === 0)).toBe(true)
    expect(peak).toBe(50)
  })

  it('after a stop, lets users in flight end and drops all others at once', async () => {
    const { lives, dropped } = await run(batches(5, 2, 1000, 1), { workMs: () => 100, stopAtMs: 150 })
    expect(lives.map(({ index }) => index)).toEqual([0, 1])
    expect(dropped).toEqual([2, 3, 4].map((index) => [index, 'run-stopped', 150]))
  })

  it('runs every user once, never late and never beyond the concurrency, batch after batch', async () => {
    await fc.assert(
      fc.asyncProperty(
        someClosedProfile,
        fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 60, maxLength: 60 }),
        async (profile, work) => {
          const { lives, dropped, peak } = await run(profile, { workMs: (index) => work[index] ?? 1 })
          expect(lives.map(({ index }) => index)).toEqual(Array.from({ length: profile.users }, (_, i) => i))
          expect(dropped).toEqual([])
          expect(peak).toBeLessThanOrEqual(profile.concurrency)
          expect(lives.filter(({ dueMs, startedMs }) => dueMs !== startedMs)).toEqual([])
          const { arrival } = profile
          if (arrival.kind !== 'batch') return
          const endOf = (batch: number): number =>
            Math.max(
              ...lives
                .filter(({ index }) => Math.floor(index / arrival.size) === batch)
                .map((l) => l.endedMs),
            )
          const tooEarly = lives.filter(({ index, dueMs }) => {
            const batch = Math.floor(index / arrival.size)
            return batch > 0 && dueMs < endOf(batch - 1) + arrival.delayMs
          })
          expect(tooEarly).toEqual([])
        },
      ),
      { numRuns: 60 },
    )
  })

  it('is split into parts: each user belongs to one part, in the same batch as in the whole', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 12 }),
        (users, size, count) => {
          const all = Array.from({ length: count }, (_, index) =>
            [...batchesOfPart(users, size, { index, count })].map((batch) => [...batch]),
          )
          expect(all.flat(2).sort((a, b) => a - b)).toEqual(Array.from({ length: users }, (_, i) => i))
          for (const [index, batchesOf] of all.entries()) {
            expect(batchesOf.flat().filter((user) => user % count !== index)).toEqual([])
            expect(
              batchesOf.filter((batch) => new Set(batch.map((user) => Math.floor(user / size))).size !== 1),
            ).toEqual([])
          }
        },
      ),
    )
  })
})

describe('a share of a whole', () => {
  it('adds up to the whole over all parts, which differ by at most one', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.integer({ min: 1, max: 500 }), (total, count) => {
        const shares = Array.from({ length: count }, (_, index) => shareOf(total, { index, count }))
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(total)
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1)
      }),
    )
  })
})
