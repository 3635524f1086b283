import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileOfRun, startRun, summaryOf } from './run.fixture.ts'
import { startTestbed, type TestTestbed } from './testbed.fixture.ts'

/** Limit of operations per hour; doubled in case a new hour starts meanwhile. */
const operations = 4

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vana-load-test-'))
})

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('a personal server that limits requests', () => {
  let testbed: TestTestbed

  beforeAll(async () => {
    testbed = await startTestbed(folder, '--server-rate-limits', `operations=${operations}`)
  }, 120_000)

  afterAll(() => testbed?.stop())

  // These tests need no funded wallets.
  const start = (name: string, ...args: string[]) =>
    startRun(folder, name, '--target', testbed.file, '--submission', 'relayed', ...args)

  it('slows down the starts, and is in the report', async () => {
    const args = ['--users', '24', '--rate', '6', '--breaker', 'off', '--adaptive', '--patience', '2s']
    const { summary } = await summaryOf(start('slow', ...args))
    const { users, rateLimits, adaptive, heldBack } = summary
    expect(summary.problems).toEqual([])
    expect(users.succeeded).toBeLessThanOrEqual(2 * operations)
    expect(rateLimits.count).toBeGreaterThan(0)
    expect(Object.keys(rateLimits.bySource)).toEqual(['request SERVER_RATE_LIMITED'])
    expect(rateLimits.longestRetryAfterMs).toBeGreaterThan(0)
    expect(adaptive?.lowestShare).toBeLessThanOrEqual(0.5)
    expect(heldBack.dropped).toBe(summary.outcomeReasons.dropped?.['rate-limited'] ?? 0)
    const lines = fileOfRun(folder, 'slow', 'timeline.ndjson').trim().split('\n')
    const seconds = lines.map((line) => JSON.parse(line) as { admittedShare: number; rateLimits: number })
    expect(seconds.reduce((sum, { rateLimits: count }) => sum + count, 0)).toBe(rateLimits.count)
    expect(Math.min(...seconds.map(({ admittedShare }) => admittedShare))).toBeLessThan(0.6)
    expect(fileOfRun(folder, 'slow', 'report.md')).toContain('the limit reduced it to')
  }, 120_000)

  it('degrades flows that may, which count as no success in thresholds and exit code', async () => {
    const may = ['--degrade', 'mock-inference', '--threshold', 'success >= 99%']
    const { summary, code } = await summaryOf(start('degraded', '--users', '12', '--rate', '6', ...may))
    const { users } = summary
    expect(users.degraded).toBeGreaterThan(0)
    expect(users.succeeded + users.degraded).toBe(12)
    expect(summary.outcomeReasons.degraded).toEqual({ SERVER_RATE_LIMITED: users.degraded })
    expect(summary.thresholds[0]).toMatchObject({ verdict: 'fail', actual: users.succeeded / 12 })
    expect([code, summary.exitCode, summary.run.stopped]).toEqual([4, 4, null])
    expect(fileOfRun(folder, 'degraded', 'report.md')).toContain(
      'used a stand-in, which does not count as succeeded',
    )
  }, 120_000)

  it('stops a run by default after five failures in a row, with exit code 5', async () => {
    // Few at a time, so that most of them have not begun when the fifth fails.
    const args = ['--users', '40', '--rate', '10', '--concurrency', '4', '--grace', '5s']
    const { summary, code } = await summaryOf(start('stopped', ...args))
    expect(code).toBe(5)
    expect(summary.run.stopped).toEqual({ reason: 'circuit-breaker', message: '5 flows failed in a row' })
    expect(summary.breaker).toMatchObject({ mode: 'stop', opened: 1 })
    expect(summary.outcomeReasons.dropped).toEqual({ 'run-stopped': summary.users.dropped })
  }, 120_000)
})

describe('an RPC endpoint that limits requests', () => {
  it('is noticed and has starts slowed down, though its pauses are only waited out', async () => {
    const args = ['--users', '4', '--rate', '4', '--submission', 'relayed', '--fault', 'rpc:429=15%']
    const quick = ['--inference-median', '100ms', '--block-time', '300ms']
    const { summary } = await summaryOf(startRun(folder, 'rpc', ...args, ...quick, '--adaptive'))
    const { rateLimits, adaptive, errors, rpc } = summary
    expect(rateLimits.count).toBeGreaterThan(0)
    for (const source of Object.keys(rateLimits.bySource))
      expect(source).toMatch(/^eth_\w+ CHAIN_RATE_LIMITED$/)
    expect(rateLimits.longestRetryAfterMs).toBe(1000)
    expect(adaptive?.lowestShare).toBeLessThanOrEqual(0.5)
    const failed = errors.filter(({ code }) => code === 'CHAIN_RATE_LIMITED')
    expect(failed.reduce((sum, { count }) => sum + count, 0)).toBeLessThan(rateLimits.count)
    expect(rpc.failed).toBeGreaterThanOrEqual(rateLimits.count)
  }, 120_000)
})
