import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createManualClock } from '../async/manual-clock.fixture.ts'
import { startClock } from '../async/started-clock.ts'
import type { Arrival } from './arrivals.ts'
import type { DropReason } from './executor.ts'
import { executeOpen } from './open-executor.ts'
import { toLoadIndex } from './split.ts'
import { openGate } from './start-gate.ts'
import type { StartWaits } from './wait-clock.ts'

type Event = { index: number; startedMs: number; endedMs: number; waits: StartWaits }

async function runUsers(setup: {
  due: number[]
  workMs: (index: number) => number
  concurrency: number
  patienceMs: number
  stopAtMs?: number
  /** How long the first arrival blocks the generator, in milliseconds. */
  stallMs?: number
}) {
  const clock = createManualClock()
  const stop = new AbortController()
  const started: Event[] = []
  const dropped: { arrival: Arrival; reason: DropReason; atMs: number }[] = []
  let atWork = 0
  let peak = 0
  const done = executeOpen({
    arrivals: setup.due.map((dueMs, index) => ({ index: toLoadIndex(index), dueMs })),
    concurrency: setup.concurrency,
    patienceMs: setup.patienceMs,
    clock: startClock(clock),
    onArrival: () => {},
    gate: openGate,
    signal: stop.signal,
    async user(arrival, startedMs, waits) {
      peak = Math.max(peak, ++atWork)
      await clock.sleepUntil(clock.now() + setup.workMs(arrival.index))
      atWork--
      started.push({ index: arrival.index, startedMs, endedMs: clock.now(), waits })
    },
    onDropped: (arrival, reason) => dropped.push({ arrival, reason, atMs: clock.now() }),
  })
  if (setup.stallMs !== undefined) await clock.skipTo(setup.stallMs)
  if (setup.stopAtMs !== undefined) {
    await clock.advanceTo(setup.stopAtMs)
    stop.abort()
  }
  await clock.advanceTo(10_000_000)
  await done
  return { started, dropped, peak }
}

describe('executeOpen', () => {
  it('starts every user exactly when due while slots are free', async () => {
    const { started, dropped } = await runUsers({
      due: [0, 10, 10, 500],
      workMs: () => 5,
      concurrency: 10,
      patienceMs: 0,
    })
    expect(started.map((s) => s.startedMs)).toEqual([0, 10, 10, 500])
    expect(dropped).toEqual([])
  })

  it('does not delay the user after a late one', async () => {
    const { started } = await runUsers({
      due: [0, 1, 100, 200],
      workMs: () => 50,
      concurrency: 1,
      patienceMs: 1000,
    })
    expect(started.map((s) => s.startedMs)).toEqual([0, 50, 100, 200])
  })

  it('reports how long each user waited for a slot, separately from lag', async () => {
    const due = [0, 1, 2, 3, 400]
    const { started } = await runUsers({ due, workMs: () => 50, concurrency: 1, patienceMs: 1000 })
    expect(started.map(({ waits }) => waits.placeMs)).toEqual([0, 49, 98, 147, 0])
    expect(started.map(({ waits }) => waits.gateMs)).toEqual([0, 0, 0, 0, 0])
  })

  it('counts every moment between due and start once, as lag or as a wait', async () => {
    const user = fc.record({ gapMs: fc.nat(60), workMs: fc.nat(200) })
    await fc.assert(
      fc.asyncProperty(
        fc.array(user, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 4 }),
        async (users, concurrency) => {
          let atMs = 0
          const due = users.map(({ gapMs }) => (atMs += gapMs))
          const workMs = (index: number): number => users[index]?.workMs ?? 0
          const { started } = await runUsers({ due, workMs, concurrency, patienceMs: 1_000_000 })
          expect(started).toHaveLength(users.length)
          for (const { index, startedMs, waits } of started) {
            expect(waits).toEqual({ placeMs: startedMs - (due[index] ?? 0), gateMs: 0 })
          }
        },
      ),
      { numRuns: 50 },
    )
  })

  it('drops and reports a user who gets no slot within its patience', async () => {
    const { started, dropped } = await runUsers({
      due: [0, 0, 0],
      workMs: () => 100,
      concurrency: 1,
      patienceMs: 150,
    })
    expect(started.map((s) => s.index)).toEqual([0, 1])
    expect(dropped).toEqual([{ arrival: { index: 2, dueMs: 0 }, reason: 'concurrency-limit', atMs: 150 }])
  })

  it('drops a user exactly when its patience ends, even if nothing else happens then', async () => {
    const { dropped } = await runUsers({
      due: [0, 10, 20],
      workMs: () => 1000,
      concurrency: 1,
      patienceMs: 150,
    })
    expect(dropped.map((d) => [d.arrival.index, d.atMs])).toEqual([
      [1, 160],
      [2, 170],
    ])
  })

  it('without patience, drops users at once if no slot is free, and starts all others', async () => {
    const { started, dropped } = await runUsers({
      due: [0, 0, 5, 50],
      workMs: () => 20,
      concurrency: 1,
      patienceMs: 0,
    })
    expect(started.map((s) => s.index)).toEqual([0, 3])
    expect(dropped.map((d) => d.atMs)).toEqual([0, 5])
  })

  it('drops users that the generator reaches too late, instead of starting a burst', async () => {
    const { started, dropped } = await runUsers({
      due: [0, 100, 800, 3000],
      workMs: () => 1,
      concurrency: 10,
      patienceMs: 1000,
      stallMs: 1700,
    })
    expect(started.map((s) => [s.index, s.startedMs])).toEqual([
      [0, 0],
      [2, 1700],
      [3, 3000],
    ])
    expect(dropped).toMatchObject([{ arrival: { index: 1 }, reason: 'generator-late' }])
  })

  it('drops waiting users at the moment of a stop, not when a slot is free', async () => {
    const { dropped } = await runUsers({
      due: [0, 0],
      workMs: () => 1000,
      concurrency: 1,
      patienceMs: 5000,
      stopAtMs: 60,
    })
    expect(dropped).toMatchObject([{ arrival: { index: 1 }, reason: 'run-stopped', atMs: 60 }])
  })

  it('runs 100,000 users that are due at once through 100 slots, in order', async () => {
    let next = 0
    let isInOrder = true
    await executeOpen({
      arrivals: (function* () {
        for (let index = 0; index < 100_000; index++) yield { index: toLoadIndex(index), dueMs: 0 }
      })(),
      concurrency: 100,
      patienceMs: 600_000,
      clock: startClock(createManualClock()),
      onArrival: () => {},
      gate: openGate,
      signal: new AbortController().signal,
      async user({ index }) {
        isInOrder &&= index === next++
        await new Promise((resolve) => setImmediate(resolve))
      },
      onDropped: () => {},
    })
    expect({ ended: next, isInOrder }).toEqual({ ended: 100_000, isInOrder: true })
  })

  it('after a stop, starts no user, lets those in flight end and drops all others', async () => {
    const { started, dropped } = await runUsers({
      due: [0, 0, 50, 100],
      workMs: () => 1000,
      concurrency: 1,
      patienceMs: 5000,
      stopAtMs: 60,
    })
    expect(started).toMatchObject([{ index: 0, startedMs: 0, endedMs: 1000 }])
    expect(dropped.map((d) => [d.arrival.index, d.reason])).toEqual([
      [1, 'run-stopped'],
      [2, 'run-stopped'],
      [3, 'run-stopped'],
    ])
  })

  it('accounts for every arrival once and never exceeds the limit, for any load', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 2000 }), { minLength: 1, maxLength: 40 }),
        fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 40, maxLength: 40 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 0, max: 500 }),
        fc.option(fc.integer({ min: 0, max: 2500 }), { nil: undefined }),
        async (due, work, concurrency, patienceMs, stopAtMs) => {
          const { started, dropped, peak } = await runUsers({
            due: due.sort((a, b) => a - b),
            workMs: (index) => work[index] ?? 1,
            concurrency,
            patienceMs,
            ...(stopAtMs === undefined ? {} : { stopAtMs }),
          })
          const seen = [...started.map((s) => s.index), ...dropped.map((d) => d.arrival.index)].sort(
            (a, b) => a - b,
          )
          expect(seen).toEqual(due.map((_, i) => i))
          expect(peak).toBeLessThanOrEqual(concurrency)
          for (const { index, startedMs } of started) {
            expect(startedMs).toBeGreaterThanOrEqual(due[index] ?? 0)
            expect(startedMs - (due[index] ?? 0)).toBeLessThanOrEqual(patienceMs)
          }
        },
      ),
      { numRuns: 100 },
    )
  })
})
