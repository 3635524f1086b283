import { describe, expect, it } from 'vitest'
import { startClock } from '../async/started-clock.ts'
import { loadProfileOf } from '../config/load-profile.ts'
import type { LoadTestConfig } from '../config/load-test-config.ts'
import { resolveConfig } from '../config/resolve-config.ts'
import type { FlowRecord, Outcome } from '../flow/flow-record.ts'
import { toLoadIndex } from '../load/split.ts'
import type { Stop } from '../results/summary-schema.ts'
import { createTargetProtection } from './protect-target.ts'

function protectionOf(flags: Record<string, string>) {
  const config: LoadTestConfig = resolveConfig({
    flags: { '--rate': '10', '--users': '600', ...flags },
  }).config
  let nowMs = 1000
  const notes: string[] = []
  const stops: Stop[] = []
  const protection = createTargetProtection({
    config,
    profile: loadProfileOf(config),
    clock: startClock({ now: () => nowMs, sleepUntil: async () => {} }),
    note: (text) => notes.push(text),
    stop: (stop) => stops.push(stop),
  })
  let index = 0
  const pass = (outcome: Outcome): void => {
    protection.gate.admitted({ index: toLoadIndex(index), dueMs: nowMs }, nowMs, false)
    protection.ended(recordOf(index++, outcome))
  }
  const wait = (ms: number): void => {
    nowMs += ms
  }
  return { protection, notes, stops, pass, wait, now: () => nowMs }
}

function recordOf(index: number, outcome: Outcome, droppedBecause: string | null = null): FlowRecord {
  const nothing = { wallet: null, dueMs: 0, startedMs: 0, endedMs: 1, steps: {}, tx: null, verified: null }
  return { index, outcome, droppedBecause, error: null, ...nothing }
}

describe('the protection of a target', () => {
  it('stops the run by default, after five failures in a row', () => {
    const { protection, stops, pass } = protectionOf({})
    for (let count = 0; count < 5; count++) pass('failed')
    expect(stops).toEqual([{ reason: 'circuit-breaker', message: '5 flows failed in a row' }])
    expect(protection.gate.refusal(1000)).toBeNull()
  })

  it('takes degraded flows for a target that works, and learns nothing from those that were cut short', () => {
    const { stops, pass } = protectionOf({})
    for (let count = 0; count < 4; count++) pass('timed-out')
    pass('aborted')
    pass('degraded')
    for (let count = 0; count < 4; count++) pass('failed')
    expect(stops).toEqual([])
  })

  it('pauses, tries with a few users, and says each change', () => {
    const { protection, stops, notes, pass, wait, now } = protectionOf({ '--breaker': 'pause' })
    for (let count = 0; count < 5; count++) pass('failed')
    expect(protection.gate.refusal(now())).toEqual({ reason: 'breaker-open', untilMs: 11_000 })
    wait(10_000)
    expect(protection.gate.refusal(now())).toBeNull()
    for (let count = 0; count < 3; count++) pass('succeeded')
    expect(notes.map((note) => note.split(':')[0])).toEqual([
      'breaker open',
      'breaker half-open',
      'breaker closed',
    ])
    expect(stops).toEqual([])
    const { breaker } = protection.measurements()
    expect(breaker).toMatchObject({ mode: 'pause', state: 'closed', opened: 1, openMs: 10_000 })
    expect(breaker?.transitions.map(({ atMs, to }) => [atMs, to])).toEqual([
      [0, 'open'],
      [10_000, 'half-open'],
      [10_000, 'closed'],
    ])
  })

  it('ends the run when the target does not work again in time, and keeps no endless list until then', () => {
    const flags = { '--breaker': 'pause', '--breaker-limit': '1h', '--breaker-cool-down': '1s' }
    const { protection, stops, pass, wait } = protectionOf(flags)
    for (let count = 0; count < 5; count++) pass('failed')
    for (let tries = 0; tries < 440; tries++) {
      wait(8000)
      pass('failed')
      protection.tick()
    }
    expect(stops).toEqual([])
    const { breaker } = protection.measurements()
    expect([breaker?.transitions.length, breaker?.moreTransitions]).toEqual([100, 781])
    wait(80_000)
    protection.tick()
    expect(stops.map(({ reason }) => reason)).toEqual(['circuit-breaker'])
  })

  it('counts limits and repeats, and changes nothing of the load unless that was asked for', () => {
    const { protection, now } = protectionOf({})
    protection.observer.onRateLimit?.('request', 'SERVER_RATE_LIMITED', 3000)
    protection.observer.onRetry?.('identity', true)
    protection.observer.onRetry?.('identity', false)
    expect(protection.gate.refusal(now())).toBeNull()
    expect(protection.measurements()).toMatchObject({
      adaptive: null,
      rateLimits: { count: 1, bySource: { 'request SERVER_RATE_LIMITED': 1 }, longestRetryAfterMs: 3000 },
      retries: { count: 1, byStep: { identity: 1 }, withoutBudget: 1 },
    })
  })

  it('slows down at a limit with adaptive pace, and counts the users held back', () => {
    const { protection, notes, now } = protectionOf({ '--adaptive': 'true' })
    protection.observer.onRateLimit?.('identity', 'SERVER_RATE_LIMITED', 3000)
    expect(protection.gate.refusal(now())).toMatchObject({ reason: 'rate-limited' })
    expect(protection.admittedShare()).toBe(0.5)
    protection.ended(recordOf(0, 'dropped', 'rate-limited'))
    protection.ended(recordOf(1, 'dropped', 'run-stopped'))
    protection.gate.admitted({ index: toLoadIndex(2), dueMs: 0 }, now(), true)
    expect(protection.measurements().heldBack).toEqual({ started: 1, dropped: 1 })
    expect(notes).toHaveLength(1)
  })

  it('slows down at a limit of the chain as well, though its endpoints were only waited for', () => {
    const { protection, notes, now } = protectionOf({ '--adaptive': 'true' })
    protection.chainLimited('eth_call', 3000)
    protection.chainLimited('eth_call', undefined)
    expect(protection.gate.refusal(now())).toMatchObject({ reason: 'rate-limited' })
    expect(notes).toEqual(['eth_call: CHAIN_RATE_LIMITED; users start more slowly until the target recovers'])
    expect(protection.measurements().rateLimits).toMatchObject({
      count: 2,
      bySource: { 'eth_call CHAIN_RATE_LIMITED': 2 },
      longestRetryAfterMs: 3000,
    })
  })
})
