import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileOfRun, startRun, summaryOf } from './run.fixture.ts'
import { startTestbed, type TestTestbed } from './testbed.fixture.ts'

let folder: string
let testbed: TestTestbed
let server: number

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vana-load-test-'))
  testbed = await startTestbed(folder)
  server = testbed.target.pids?.personalServer ?? 0
  expect(server).toBeGreaterThan(0)
}, 120_000)

afterAll(async () => {
  await testbed?.stop()
  rmSync(folder, { recursive: true, force: true })
})

// These tests need no funded wallets.
const start = (name: string, ...args: string[]) =>
  startRun(folder, name, '--target', testbed.file, '--submission', 'relayed', ...args)

describe('a personal server that hangs for a while', () => {
  const hasty = ['--request-timeout', '3s', '--retry-attempts', '1', '--breaker', 'pause']
  const breaker = ['--breaker-failures', '3', '--breaker-cool-down', '1s', '--breaker-probes', '2']

  it('opens the breaker, and closes it when the target recovers: waiting users succeed', async () => {
    process.kill(server, 'SIGSTOP')
    const [users, atOnce] = [16, 4]
    const load = [
      '--users',
      String(users),
      '--rate',
      '4',
      '--concurrency',
      String(atOnce),
      '--patience',
      '2m',
    ]
    const run = start('paused', ...load, ...hasty, ...breaker, '--threshold', 'success >= 20%')
    try {
      await run.says(/breaker open/)
    } finally {
      process.kill(server, 'SIGCONT')
    }
    const { summary } = await summaryOf(run)
    expect(summary.run.stopped).toBeNull()
    expect(summary.problems).toEqual([])
    expect(summary.breaker?.state).toBe('closed')
    const ways = summary.breaker?.transitions.map(({ to }) => to)
    expect(ways?.slice(0, 2)).toEqual(['open', 'half-open'])
    expect(ways?.at(-1)).toBe('closed')
    // The three failures that opened it, and the users in flight with the last of them.
    expect(summary.users.failed).toBeGreaterThanOrEqual(3)
    expect(summary.users.failed).toBeLessThanOrEqual(3 + atOnce - 1)
    expect(summary.users.succeeded).toBe(users - summary.users.failed)
    expect(summary.heldBack.started).toBeGreaterThan(0)
    expect(summary.heldBack.dropped).toBe(0)
    expect(fileOfRun(folder, 'paused', 'report.md')).toContain('blocked new users for')
  }, 180_000)

  it('that does not work again in time stops the run with exit code 5', async () => {
    process.kill(server, 'SIGSTOP')
    const load = ['--users', '200', '--rate', '3', '--patience', '1s']
    const limits = ['--breaker-limit', '4s', '--grace', '2s']
    try {
      const { summary, code } = await summaryOf(
        start('given-up', ...load, ...limits, ...hasty, ...breaker, '--request-timeout', '1s'),
      )
      expect(code).toBe(5)
      expect(summary.run.stopped).toMatchObject({ reason: 'circuit-breaker' })
      expect(summary.users.succeeded).toBe(0)
      expect(summary.outcomeReasons.dropped?.['breaker-open']).toBeGreaterThan(0)
    } finally {
      process.kill(server, 'SIGCONT')
    }
  }, 180_000)
})

it('users come one after another, with the spacing between them, when that is wanted', async () => {
  const { summary, code } = await summaryOf(
    start('sequential', '--users', '3', '--sequential', '--spacing', '1500ms'),
  )
  expect([code, summary.users.succeeded]).toEqual([0, 3])
  const flows = fileOfRun(folder, 'sequential', 'flows.ndjson').trim().split('\n')
  const lives = flows.map((line) => JSON.parse(line) as { startedMs: number; endedMs: number })
  for (const [index, { startedMs }] of lives.entries()) {
    const before = lives[index - 1]
    if (before) expect(startedMs).toBeGreaterThanOrEqual(before.endedMs + 1500)
  }
}, 120_000)
