import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createManualClock } from '../async/manual-clock.fixture.ts'
import { startClock } from '../async/started-clock.ts'
import { executeClosed } from './closed-executor.ts'
import { executeOpen } from './open-executor.ts'
import { toLoadIndex } from './split.ts'
import type { StartGate } from './start-gate.ts'
import type { StartWaits } from './wait-clock.ts'

type Shut = { fromMs: number; toMs: number; isAnnounced: boolean }

/** A gate that is shut for a while and either announces when it opens or only notifies. */
function gateThatShuts(clock: ReturnType<typeof createManualClock>, shut: readonly Shut[]) {
  const held: number[] = []
  let tell = (): void => {}
  const gate: StartGate = {
    refusal(nowMs) {
      const found = shut.find(({ fromMs, toMs }) => fromMs <= nowMs && nowMs < toMs)
      if (!found) return null
      const untilMs = found.isAnnounced ? found.toMs : Number.POSITIVE_INFINITY
      return { reason: 'breaker-open', untilMs }
    },
    admitted({ index }, _nowMs, wasHeld) {
      if (wasHeld) held.push(index)
    },
    onChange(listener) {
      tell = listener
    },
  }
  for (const { toMs } of shut) void clock.sleepUntil(toMs).then(() => tell())
  return { gate, held }
}

async function open(due: number[], patienceMs: number, shut: Shut[]) {
  const clock = createManualClock()
  const { gate, held } = gateThatShuts(clock, shut)
  const started: [number, number][] = []
  const waits: StartWaits[] = []
  const dropped: [number, string, number][] = []
  const done = executeOpen({
    arrivals: due.map((dueMs, index) => ({ index: toLoadIndex(index), dueMs })),
    concurrency: 100,
    patienceMs,
    clock: startClock(clock),
    onArrival: () => {},
    gate,
    signal: new AbortController().signal,
    async user({ index }, startedMs, waited) {
      started.push([index, startedMs])
      waits.push(waited)
      await clock.sleepUntil(clock.now() + 5)
    },
    onDropped: ({ index }, reason) => dropped.push([index, reason, clock.now()]),
  })
  await clock.advanceTo(1_000_000)
  await done
  return { started, dropped, held, waits }
}

describe('a gate in an open profile', () => {
  it.each([true, false])('holds due users back until it opens, announced: %s', async (isAnnounced) => {
    const { started, dropped, held, waits } = await open([0, 100, 200, 900], 5000, [
      { fromMs: 50, toMs: 800, isAnnounced },
    ])
    expect(started).toEqual([
      [0, 0],
      [1, 800],
      [2, 800],
      [3, 900],
    ])
    expect([dropped, held]).toEqual([[], [1, 2]])
    expect(waits.map(({ gateMs }) => gateMs)).toEqual([0, 700, 600, 0])
    expect(waits.map(({ placeMs }) => placeMs)).toEqual([0, 0, 0, 0])
  })

  it('drops users whose patience ends before it opens, at that moment and for its reason', async () => {
    const { started, dropped } = await open([0, 100, 700], 300, [
      { fromMs: 50, toMs: 800, isAnnounced: true },
    ])
    expect(started.map(([index]) => index)).toEqual([0, 2])
    expect(dropped).toEqual([[1, 'breaker-open', 400]])
  })

  it('still accounts for users who wait for it when all others have ended', async () => {
    const { dropped } = await open([10], 300, [{ fromMs: 0, toMs: 900_000, isAnnounced: false }])
    expect(dropped).toEqual([[0, 'breaker-open', 310]])
  })

  it('starts no user while it is shut, and accounts for every user once', async () => {
    const someShut = fc.record({
      fromMs: fc.nat(3000),
      lengthMs: fc.integer({ min: 1, max: 1500 }),
      isAnnounced: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(4000), { minLength: 1, maxLength: 25 }),
        fc.nat(1000),
        fc.array(someShut, { maxLength: 4 }),
        async (due, patienceMs, times) => {
          const shut = times.map(({ fromMs, lengthMs, isAnnounced }) => ({
            fromMs,
            toMs: fromMs + lengthMs,
            isAnnounced,
          }))
          const { started, dropped } = await open(
            due.toSorted((a, b) => a - b),
            patienceMs,
            shut,
          )
          const isShut = (atMs: number) => shut.some(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs)
          expect(started.filter(([, atMs]) => isShut(atMs))).toEqual([])
          const all = [...started.map(([index]) => index), ...dropped.map(([index]) => index)]
          expect(all.toSorted((a, b) => a - b)).toEqual(due.map((_, index) => index))
        },
      ),
      { numRuns: 80 },
    )
  })
})

describe('a gate in a closed profile', () => {
  it('counts as a wait: no user is late because of it, and none is dropped', async () => {
    const clock = createManualClock()
    const { gate, held } = gateThatShuts(clock, [{ fromMs: 50, toMs: 800, isAnnounced: false }])
    const lives: [number, number, number][] = []
    const done = executeClosed({
      batches: [0, 1, 2].map((index) => [toLoadIndex(index)]),
      delayMs: 100,
      concurrency: 1,
      clock: startClock(clock),
      onArrival: () => {},
      gate,
      signal: new AbortController().signal,
      async user({ index, dueMs }, startedMs) {
        lives.push([index, dueMs, startedMs])
        await clock.sleepUntil(clock.now() + 10)
      },
      onDropped: () => expect.unreachable(),
    })
    await clock.advanceTo(10_000)
    await done
    expect(lives).toEqual([
      [0, 0, 0],
      [1, 800, 800],
      [2, 910, 910],
    ])
    expect(held).toEqual([1])
  })

  it('stops waiting when the run stops', async () => {
    const clock = createManualClock()
    const { gate } = gateThatShuts(clock, [{ fromMs: 0, toMs: 1e9, isAnnounced: false }])
    const stop = new AbortController()
    const dropped: string[] = []
    const done = executeClosed({
      batches: [[0, 1].map(toLoadIndex)],
      delayMs: 0,
      concurrency: 1,
      clock: startClock(clock),
      onArrival: () => {},
      gate,
      signal: stop.signal,
      user: () => expect.unreachable(),
      onDropped: (_arrival, reason) => dropped.push(reason),
    })
    await clock.advanceTo(100)
    stop.abort()
    await done
    expect(dropped).toEqual(['run-stopped', 'run-stopped'])
  })
})
