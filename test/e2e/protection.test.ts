import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Target, targetSchema } from '../../src/config/target.ts'
import { type Summary, summarySchema } from '../../src/results/summary-schema.ts'
import { type RunningProgram, startProgram } from './program.fixture.ts'

/** Of the operations of an hour; should one begin meanwhile, as many again. */
const operations = 4

let folder: string
const testbeds: RunningProgram[] = []

async function startTestbed(name: string, ...args: string[]): Promise<Target> {
  const testbed = startProgram(['testbed', '--json', '--inference-median', '100ms', ...args], folder)
  testbeds.push(testbed)
  const [line] = await testbed.says(/^\{.*\}$/m)
  writeFileSync(join(folder, `${name}.json`), line)
  return targetSchema.parse(JSON.parse(line))
}

function startRun(target: string, name: string, ...args: string[]): RunningProgram {
  const common = ['--target', join(folder, `${target}.json`), '--seed', name, '--out', name, '--json']
  return startProgram(['run', ...common, ...args], folder)
}

async function summaryOf(run: RunningProgram): Promise<{ summary: Summary; code: number | null }> {
  const { code, stdout, stderr } = await run.ended
  if (stdout === '') throw new Error(stderr)
  return { summary: summarySchema.parse(JSON.parse(stdout)), code }
}

const fileOf = (out: string, name: string): string => {
  const [run = ''] = readdirSync(join(folder, out))
  return readFileSync(join(folder, out, run, name), 'utf8')
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vana-load-test-'))
})

afterAll(async () => {
  for (const { child, ended } of testbeds) {
    child.kill('SIGTERM')
    await ended
  }
  rmSync(folder, { recursive: true, force: true })
})

describe('a personal server that limits requests', () => {
  beforeAll(async () => {
    await startTestbed('limited', '--server-rate-limits', `operations=${operations}`)
  }, 120_000)

  test('is noticed, has starts slowed down, and is told of in the report', async () => {
    const args = ['--users', '24', '--rate', '6', '--breaker', 'off', '--adaptive', '--patience', '2s']
    const { summary } = await summaryOf(startRun('limited', 'slow', ...args))
    const { users, rateLimits, adaptive, heldBack } = summary
    expect(summary.problems).toEqual([])
    expect(users.succeeded).toBeLessThanOrEqual(2 * operations)
    expect(rateLimits.count).toBeGreaterThan(0)
    expect(Object.keys(rateLimits.bySource)).toEqual(['request SERVER_RATE_LIMITED'])
    expect(rateLimits.longestRetryAfterMs).toBeGreaterThan(0)
    expect(adaptive?.lowestShare).toBeLessThanOrEqual(0.5)
    expect(heldBack.dropped).toBe(summary.outcomeReasons.dropped?.['rate-limited'] ?? 0)
    const lines = fileOf('slow', 'timeline.ndjson').trim().split('\n')
    const seconds = lines.map((line) => JSON.parse(line) as { admittedShare: number; rateLimits: number })
    expect(seconds.reduce((sum, { rateLimits: count }) => sum + count, 0)).toBe(rateLimits.count)
    expect(Math.min(...seconds.map(({ admittedShare }) => admittedShare))).toBeLessThan(0.6)
    expect(fileOf('slow', 'report.md')).toContain("the target's limit held it to")
  }, 120_000)

  test('degrades flows that may, which count as no success in thresholds and exit code', async () => {
    const args = [
      '--users',
      '12',
      '--rate',
      '6',
      '--degrade',
      'mock-inference',
      '--threshold',
      'success >= 99%',
    ]
    const { summary, code } = await summaryOf(startRun('limited', 'degraded', ...args))
    const { users } = summary
    expect(users.degraded).toBeGreaterThan(0)
    expect(users.succeeded + users.degraded).toBe(12)
    expect(summary.outcomeReasons.degraded).toEqual({ SERVER_RATE_LIMITED: users.degraded })
    expect(summary.thresholds[0]).toMatchObject({ verdict: 'fail', actual: users.succeeded / 12 })
    expect([code, summary.exitCode, summary.run.stopped]).toEqual([4, 4, null])
    expect(fileOf('degraded', 'report.md')).toContain('on a stand-in only, and count as not succeeded')
  }, 120_000)

  test('stops a run by default after five failures in a row, with exit code 5', async () => {
    const args = ['--users', '40', '--rate', '5', '--grace', '5s']
    const { summary, code } = await summaryOf(startRun('limited', 'stopped', ...args))
    expect(code).toBe(5)
    expect(summary.run.stopped).toEqual({ reason: 'circuit-breaker', message: '5 flows failed in a row' })
    expect(summary.breaker).toMatchObject({ mode: 'stop', opened: 1 })
    expect(summary.outcomeReasons.dropped).toEqual({ 'run-stopped': summary.users.dropped })
  }, 120_000)
})

describe('an RPC endpoint that limits requests', () => {
  test('is noticed and has starts slowed down, though its pauses are only waited out', async () => {
    const args = ['--users', '8', '--rate', '4', '--submission', 'relayed', '--fault', 'rpc:429=30%']
    const run = startProgram(
      ['run', ...args, '--adaptive', '--seed', 'rpc', '--out', 'rpc', '--json'],
      folder,
    )
    const { summary } = await summaryOf(run)
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

describe('a personal server that hangs for a while', () => {
  let server: number

  beforeAll(async () => {
    const { pids } = await startTestbed('hanging')
    server = pids?.personalServer ?? 0
    expect(server).toBeGreaterThan(0)
  }, 120_000)

  const hasty = ['--request-timeout', '2s', '--retry-attempts', '1', '--breaker', 'pause']
  const breaker = ['--breaker-failures', '3', '--breaker-cool-down', '1s', '--breaker-probes', '2']

  test('opens the breaker, and closes it when it works again', async () => {
    process.kill(server, 'SIGSTOP')
    const args = ['--users', '40', '--rate', '2', '--patience', '2s', '--threshold', 'success >= 20%']
    const run = startRun('hanging', 'paused', ...args, ...hasty, ...breaker)
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
    expect(summary.users.succeeded).toBeGreaterThan(10)
    expect(summary.heldBack.started + summary.heldBack.dropped).toBeGreaterThan(0)
    expect(fileOf('paused', 'report.md')).toContain('kept users away for')
  }, 180_000)

  test('that does not work again in time stops the run with exit code 5', async () => {
    process.kill(server, 'SIGSTOP')
    const args = [
      '--users',
      '200',
      '--rate',
      '3',
      '--patience',
      '1s',
      '--breaker-limit',
      '4s',
      '--grace',
      '2s',
    ]
    try {
      const { summary, code } = await summaryOf(
        startRun('hanging', 'given-up', ...args, ...hasty, ...breaker),
      )
      expect(code).toBe(5)
      expect(summary.run.stopped).toMatchObject({ reason: 'circuit-breaker' })
      expect(summary.users.succeeded).toBe(0)
      expect(summary.outcomeReasons.dropped?.['breaker-open']).toBeGreaterThan(0)
    } finally {
      process.kill(server, 'SIGCONT')
    }
  }, 180_000)

  test('is asked by one user after another, with the spacing between them, when that is wanted', async () => {
    const { summary, code } = await summaryOf(
      startRun('hanging', 'sequential', '--users', '3', '--sequential', '--spacing', '1500ms'),
    )
    expect([code, summary.users.succeeded]).toEqual([0, 3])
    const flows = fileOf('sequential', 'flows.ndjson').trim().split('\n')
    const lives = flows.map((line) => JSON.parse(line) as { startedMs: number; endedMs: number })
    for (const [index, { startedMs }] of lives.entries()) {
      const before = lives[index - 1]
      if (before) expect(startedMs).toBeGreaterThanOrEqual(before.endedMs + 1500)
    }
  }, 120_000)
})
