import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createManualClock } from '../async/manual-clock.fixture.ts'
import { startClock } from '../async/started-clock.ts'
import { resolveConfig } from '../config/resolve-config.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import type { FlowResult } from '../flow/data-portability-flow.ts'
import type { FlowRecord } from '../flow/flow-record.ts'
import { someClosedProfile, someOpenProfile } from '../load/profile.fixture.ts'
import type { LoadProfile } from '../load/profile.ts'
import { openGate } from '../load/start-gate.ts'
import { driveUsers } from './drive-users.ts'
import { combineObservers, type RunObserver } from './run-observer.ts'
import { createStopControl } from './stop-control.ts'

/** What becomes of a user: how its flow ends, or that its funds never come; and how long that takes. */
type Fate = { end: FlowResult['outcome'] | 'not funded'; workMs: number }

const someFate: fc.Arbitrary<Fate> = fc.record({
  end: fc.constantFrom('succeeded', 'failed', 'timed-out', 'degraded', 'not funded'),
  workMs: fc.integer({ min: 0, max: 3000 }),
})

/** An observer that writes down what it sees, in order. */
function witness() {
  const seen = new Map<number, string[]>()
  const records = new Map<number, FlowRecord>()
  const see = (index: number, event: string): void =>
    void seen.set(index, [...(seen.get(index) ?? []), event])
  const observer: RunObserver = {
    arrived: ({ index }) => see(index, 'arrived'),
    started: ({ index }) => see(index, 'started'),
    ended(record) {
      see(record.index, 'ended')
      records.set(record.index, record)
    },
  }
  return { observer, seen, records }
}

const thrower: Required<RunObserver> = {
  arrived: () => fail(),
  started: () => fail(),
  ended: () => fail(),
  tick: () => fail(),
  phase: () => fail(),
}
const fail = (): never => {
  throw new Error('observer')
}

/** Drives users of known fates with a clock that passes by hand. */
async function drive(profile: LoadProfile, fateOf: (index: number) => Fate, stopAtMs?: number) {
  const clock = createManualClock()
  const stop = createStopControl({ graceMs: 10_000 })
  const first = witness()
  const last = witness()
  const failures: unknown[] = []
  const onFailure = (error: unknown): void => void failures.push(error)
  const driving = driveUsers({
    config: resolveConfig({ flags: { '--users': String(profile.users) } }).config,
    profile,
    clock: startClock(clock),
    client: {
      async runFlow({ index }) {
        const { end, workMs } = fateOf(index)
        await clock.sleepUntil(clock.now() + workMs)
        const outcome = end === 'not funded' ? 'failed' : end
        return { outcome, steps: {}, tx: null, verified: null, error: null, answer: null }
      },
    },
    runId: 'r',
    stop,
    gate: openGate,
    walletOf: (index) => ({ index, address: '0x1', privateKey: '0x2' }),
    async funded(index) {
      const { end, workMs } = fateOf(index)
      if (end !== 'not funded') return
      await clock.sleepUntil(clock.now() + workMs)
      throw new LoadTestError('CHAIN_INSUFFICIENT_FUNDS', 'no funds')
    },
    observer: combineObservers([
      { observer: first.observer, onFailure },
      { observer: thrower, onFailure },
      { observer: last.observer, onFailure },
    ]),
  })
  if (stopAtMs !== undefined) {
    await clock.advanceTo(stopAtMs)
    stop.stop({ reason: 'interrupted', message: 'now' })
  }
  await clock.advanceTo(1_000_000_000)
  await driving
  stop.dispose()
  return { first, last, failures }
}

describe('the users of a run', () => {
  it('give each observer every arrival, start and end exactly once, whatever becomes of them', async () => {
    const outcomes = new Set<string>()
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(someOpenProfile, someClosedProfile),
        fc.array(someFate, { minLength: 1, maxLength: 20 }),
        fc.option(fc.integer({ min: 0, max: 20_000 }), { nil: undefined }),
        async (profile, fates, stopAtMs) => {
          const fateOf = (index: number): Fate => fates[index % fates.length] ?? { end: 'failed', workMs: 0 }
          const { first, last } = await drive(profile, fateOf, stopAtMs)
          expect(last.seen).toEqual(first.seen)
          expect([...first.seen.keys()].sort((a, b) => a - b)).toEqual(
            Array.from({ length: profile.users }, (_, index) => index),
          )
          for (const [index, events] of first.seen) {
            const record = first.records.get(index)
            if (record === undefined) throw new Error(`user ${index} has no record`)
            outcomes.add(record.outcome)
            const isDue = record.dueMs <= record.endedMs
            const hasStarted = record.startedMs !== null
            expect(events).toEqual([
              ...(isDue ? ['arrived'] : []),
              ...(hasStarted ? ['started'] : []),
              'ended',
            ])
          }
        },
      ),
      { numRuns: 60 },
    )
    expect([...outcomes].sort()).toEqual(['degraded', 'dropped', 'failed', 'succeeded', 'timed-out'])
  })

  it('reach the other observers when one throws, and each failure is reported', async () => {
    const profile: LoadProfile = { users: 3, concurrency: 3, patienceMs: 0, arrival: { kind: 'at-once' } }
    const { last, failures } = await drive(profile, () => ({ end: 'succeeded', workMs: 10 }))
    expect(last.records.size).toBe(3)
    // Three events of each user, and the phase at the start.
    expect(failures).toHaveLength(10)
  })

  it('that the stop drops before they are due have not arrived', async () => {
    const profile: LoadProfile = {
      users: 3,
      concurrency: 3,
      patienceMs: 0,
      arrival: { kind: 'replay', dueMs: [0, 1000, 9000] },
    }
    const { first } = await drive(profile, () => ({ end: 'succeeded', workMs: 10 }), 5000)
    expect([...first.seen.values()]).toEqual([
      ['arrived', 'started', 'ended'],
      ['arrived', 'started', 'ended'],
      ['ended'],
    ])
    expect(first.records.get(2)).toMatchObject({ outcome: 'dropped', dueMs: 9000, endedMs: 5000 })
  })
})
