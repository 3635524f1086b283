import fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import { systemClock } from '../async/clock.ts'
import { startClock } from '../async/started-clock.ts'
import { createAskedArrivals } from './asked-arrivals.ts'
import { executeOpen } from './open-executor.ts'
import { openGate } from './start-gate.ts'

it('numbers the users of all parts like the whole, each once', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 12 }), (users, count) => {
      const numbers: number[] = []
      for (let index = 0; index < count; index++) {
        const asked = createAskedArrivals(users, { index, count })
        for (let number = asked.ask(); number !== undefined; number = asked.ask()) numbers.push(number)
        expect(asked.areAll()).toBe(true)
      }
      expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: users }, (_, i) => i))
    }),
  )
})

function run(users: number, signal: AbortSignal) {
  const asked = createAskedArrivals(users, { index: 0, count: 1 })
  const started: number[] = []
  const dropped: [number, string][] = []
  const originMs = systemClock.now()
  const ended = executeOpen({
    arrivals: asked.arrivals(() => systemClock.now() - originMs, signal),
    concurrency: 10,
    patienceMs: 1000,
    clock: startClock(systemClock),
    onArrival: () => {},
    gate: openGate,
    signal,
    user: async ({ index }) => {
      started.push(index)
    },
    onDropped: ({ index }, reason) => dropped.push([index, reason]),
  })
  return { asked, started, dropped, ended }
}

it('starts users on request and ends the run with the last of them', async () => {
  const { asked, started, dropped, ended } = run(3, new AbortController().signal)
  expect(asked.ask()).toBe(0)
  await vi.waitFor(() => expect(started).toEqual([0]))
  expect([asked.ask(), asked.ask(), asked.ask()]).toEqual([1, 2, undefined])
  await ended
  expect({ started, dropped }).toEqual({ started: [0, 1, 2], dropped: [] })
})

it('drops users that were not requested when the run stops', async () => {
  const stop = new AbortController()
  const { asked, started, dropped, ended } = run(3, stop.signal)
  asked.ask()
  await vi.waitFor(() => expect(started).toEqual([0]))
  stop.abort()
  await ended
  expect(started).toEqual([0])
  expect(dropped).toEqual([
    [1, 'run-stopped'],
    [2, 'run-stopped'],
  ])
})
