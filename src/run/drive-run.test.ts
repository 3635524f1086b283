import { describe, expect, it } from 'vitest'
import { createManualClock } from '../async/manual-clock.fixture.ts'
import { resolveConfig } from '../config/resolve-config.ts'
import type { FlowResult } from '../flow/data-portability-flow.ts'
import type { FlowRecord } from '../flow/flow-record.ts'
import { createAskedArrivals } from '../load/asked-arrivals.ts'
import { wholeLoad } from '../load/split.ts'
import { noRpcCalls } from '../metrics/rpc-totals.ts'
import { createRedactor } from '../redaction/redact.ts'
import type { TimelineLine } from '../results/timeline-line.ts'
import { type DrivenTest, type DriveRunParts, driveRun } from './drive-run.ts'
import { createStopControl } from './stop-control.ts'

const wallStartMs = Date.parse('2026-08-01T12:00:00.000Z')

/** A run whose target answers at once, and whose time passes by hand. */
function openRun(flags: Record<string, string>, outcomeOf: (index: number) => FlowResult['outcome']) {
  const clock = createManualClock()
  const flows: FlowRecord[] = []
  const timeline: TimelineLine[] = []
  const notes: string[] = []
  const { config } = resolveConfig({ flags })
  const stop = createStopControl({ graceMs: 1000 })
  const test: DrivenTest = {
    config,
    redact: createRedactor(),
    view: { note: (text) => notes.push(text), update() {} },
  }
  const parts: DriveRunParts = {
    id: 'r',
    stop,
    connection: {
      target: { name: 'none' } as DriveRunParts['connection']['target'],
      client: {
        async runFlow({ index }) {
          const sentMs = clock.now()
          await clock.sleepUntil(sentMs + 100)
          const times = { sentMs, acceptedMs: sentMs + 10, blockMs: null, seenMs: null, blockTimestamp: null }
          const unmined = { permissionId: null, blockNumber: null, gasUsed: null, gasPriceWei: null }
          const tx = { hash: '0x1', times, ...unmined } as const
          const outcome = outcomeOf(index)
          return { outcome, steps: {}, tx, verified: null, error: null, answer: null }
        },
        connection: { rpc: { onRateLimit: () => () => undefined } },
      },
    },
    wallets: {
      walletOf: (index) => ({ index, address: '0x1', privateKey: '0x2' }),
      funded: async () => {},
      flowEnded() {},
      fundingState: () => null,
      spentWei: () => 0n,
    },
    folder: {
      appendFlow: async (record) => void flows.push(record),
      appendTimeline: async (line) => void timeline.push(line),
    },
    grantees: { granted() {}, warnings: () => [] },
    stalls: { tick() {} },
    components: { take: () => ({}), totals: () => ({}), apiServerCalls: () => null },
    rpcTotals: () => noRpcCalls,
    clock,
    date: () => new Date(wallStartMs + clock.now()),
  }
  return { clock, test, parts, stop, flows, timeline, notes }
}

describe('a run whose source of arrivals is ready late', () => {
  const lateMs = 60_000
  const flags = { '--users': '12', '--rate': '1', '--arrival': 'constant', '--breaker': 'pause' }

  it('counts breaker, timeline, records and its own start from the moment it is ready', async () => {
    const run = openRun({ ...flags, '--breaker-cool-down': '2s' }, (index) =>
      index < 5 ? 'failed' : 'succeeded',
    )
    const { clock, test, parts, flows, timeline } = run
    const conductor = { ready: () => clock.sleepUntil(lateMs) }
    const driving = driveRun({ ...test, conductor }, parts)
    await clock.advanceTo(lateMs + 100_000)
    const { identity, recorder } = await driving
    const { breaker } = recorder.measurements()
    // The fifth user is due after 4 s, and its flow fails 100 ms later.
    expect(breaker?.transitions.map(({ atMs, to }) => [atMs, to]).slice(0, 2)).toEqual([
      [4100, 'open'],
      [6100, 'half-open'],
    ])
    expect(timeline.slice(0, 3).map(({ atMs, spanMs }) => [atMs, spanMs])).toEqual([
      [1000, 1000],
      [2000, 1000],
      [3000, 1000],
    ])
    expect(timeline.find(({ breaker: state }) => state === 'open')?.atMs).toBe(5000)
    expect(flows[0]).toMatchObject({ dueMs: 0, startedMs: 0, endedMs: 100, tx: { times: { sentMs: 0 } } })
    // Parts of a load are merged by this moment.
    expect(Date.parse(identity.startedAt)).toBe(wallStartMs + lateMs)
  })

  it('has users due when they are asked for, from the same zero', async () => {
    const { clock, test, parts, flows } = openRun({ ...flags, '--users': '3' }, () => 'succeeded')
    const asked = createAskedArrivals(3, wholeLoad)
    const ended: number[] = []
    const conductor = {
      ready: () => clock.sleepUntil(lateMs),
      arrivals: asked.arrivals,
      ended: ({ index }: FlowRecord) => void ended.push(index),
    }
    const driving = driveRun({ ...test, conductor }, parts)
    for (const afterMs of [500, 1500, 2500]) {
      await clock.advanceTo(lateMs + afterMs)
      asked.ask()
    }
    await clock.advanceTo(lateMs + 10_000)
    await driving
    expect(flows.map(({ dueMs }) => dueMs)).toEqual([500, 1500, 2500])
    expect(ended).toEqual([0, 1, 2])
  })

  it('starts the faults of the target only then, and no user when it is stopped before', async () => {
    const { clock, test, parts, stop, flows } = openRun(flags, () => 'succeeded')
    const faultsAtMs: number[] = []
    const connection = { ...parts.connection, startFaults: () => void faultsAtMs.push(clock.now()) }
    const conductor = { ready: () => clock.sleepUntil(lateMs) }
    const driving = driveRun({ ...test, conductor }, { ...parts, connection })
    await clock.advanceTo(lateMs - 1)
    expect(faultsAtMs).toEqual([])
    stop.stop({ reason: 'interrupted', message: 'now' })
    await clock.advanceTo(lateMs + 1)
    await driving
    stop.dispose()
    expect(flows.map(({ droppedBecause }) => droppedBecause)).toEqual(Array(12).fill('run-stopped'))
  })

  it('is stopped by a source that fails, and drops its users', async () => {
    const { clock, test, parts, stop, flows } = openRun(flags, () => 'succeeded')
    const conductor = { ready: async () => Promise.reject(new Error('no source')) }
    const driving = driveRun({ ...test, conductor }, parts)
    await clock.advanceTo(1000)
    await driving
    stop.dispose()
    expect(stop.reason()).toEqual({ reason: 'error', message: 'no source' })
    expect(flows).toHaveLength(12)
  })
})

describe('an observer of the caller', () => {
  const flags = { '--users': '4', '--rate': '2', '--arrival': 'constant' }

  it('sees phases, seconds and users with the times of the run', async () => {
    const { clock, test, parts } = openRun(flags, () => 'succeeded')
    const seen: string[] = []
    const observer = {
      arrived: ({ index, dueMs }: { index: number; dueMs: number }) => seen.push(`arrived ${index} ${dueMs}`),
      started: ({ index, lagMs }: { index: number; lagMs: number }) => seen.push(`started ${index} ${lagMs}`),
      ended: ({ index, outcome }: FlowRecord) => seen.push(`ended ${index} ${outcome}`),
      tick: ({ elapsedMs, second }: { elapsedMs: number; second: TimelineLine }) =>
        seen.push(`tick ${elapsedMs} ${second.ended.succeeded}`),
      phase: ({ name, atMs }: { name: string; atMs: number }) => seen.push(`phase ${name} ${atMs}`),
    }
    const driving = driveRun({ ...test, observers: [observer] }, parts)
    await clock.advanceTo(5000)
    await driving
    expect(seen.slice(0, 4)).toEqual(['phase sustain 0', 'arrived 0 0', 'started 0 0', 'ended 0 succeeded'])
    expect(seen.filter((line) => line.startsWith('ended'))).toHaveLength(4)
    expect(seen.at(-1)).toBe('tick 1600 2')
  })

  it('that throws or rejects is noted once and becomes a warning; the run is complete', async () => {
    const { clock, test, parts, stop, flows, notes } = openRun(flags, () => 'succeeded')
    const observers = [
      { ended: () => fail('thrown') },
      { started: async () => fail('rejected'), tick: () => fail('rejected') },
    ]
    const driving = driveRun({ ...test, observers }, parts)
    await clock.advanceTo(5000)
    const { warnings } = await driving
    expect(flows).toHaveLength(4)
    expect(stop.reason()).toBeNull()
    expect(notes).toEqual([
      'users are arriving',
      expect.stringContaining(' failed: '),
      expect.stringContaining(' failed: '),
    ])
    expect(warnings()).toMatchObject([
      { code: 'OBSERVER_FAILED', message: expect.stringContaining('rejected') },
      { code: 'OBSERVER_FAILED', message: 'Observer 1 of the caller threw 4 times; first: thrown' },
    ])
  })

  it('gets copies without secrets', async () => {
    const { clock, test, parts, flows } = openRun(flags, () => 'succeeded')
    test.redact.register('0x1secretaddress')
    parts.wallets.walletOf = (index) => ({ index, address: '0x1secretaddress', privateKey: '0x2' })
    const wallets: unknown[] = []
    const observer = {
      ended(record: FlowRecord) {
        wallets.push(record.wallet)
        record.outcome = 'failed'
      },
    }
    const driving = driveRun({ ...test, observers: [observer] }, parts)
    await clock.advanceTo(5000)
    await driving
    expect(wallets).toEqual(Array(4).fill('[redacted]'))
    expect(flows.every(({ outcome }) => outcome === 'succeeded')).toBe(true)
  })
})

const fail = (message: string): never => {
  throw new Error(message)
}
