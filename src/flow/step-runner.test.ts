import { describe, expect, it } from 'vitest'
import { createRetryBudget } from '../async/retry-budget.ts'
import type { ErrorCode } from '../errors/catalog.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { createStepRunner } from './step-runner.ts'

const limited = (retryAfterMs?: number) =>
  new LoadTestError('SERVER_RATE_LIMITED', 'too many', { details: { status: 429, retryAfterMs } })

/** A runner whose pauses only advance its clock. */
function runnerOf(options: { remainingMs?: number; retries?: number } = {}) {
  let nowMs = 0
  const pauses: number[] = []
  const seen: string[] = []
  const sleep = async (delayMs: number): Promise<void> => {
    pauses.push(delayMs)
    nowMs += delayMs
  }
  const policy = {
    attempts: 3,
    baseDelayMs: 100,
    maxDelayMs: 1000,
    random: () => 0.5,
    sleep,
    budget: createRetryBudget(0, options.retries ?? 10),
    remainingMs: () => (options.remainingMs ?? 60_000) - nowMs,
  }
  const runner = createStepRunner({
    clock: { now: () => nowMs },
    policy,
    signal: new AbortController().signal,
    observer: {
      onRetry: (step, isAllowed) => seen.push(`${step} ${isAllowed ? 'again' : 'not again'}`),
      onRateLimit: (step, code, retryAfterMs) => seen.push(`${step} ${code} ${retryAfterMs}`),
    },
  })
  return { runner, pauses, seen, sleep }
}

/** Fails with each of these in turn, then succeeds. */
function failing(...errors: Error[]): () => Promise<string> {
  return async () => {
    const error = errors.shift()
    if (error) throw error
    return 'done'
  }
}

describe('a step', () => {
  it('is retried with full jitter, and no sooner than the server requests', async () => {
    const { runner, pauses, seen } = runnerOf()
    const work = failing(limited(700), new LoadTestError('SERVER_FAILED', 'oops'))
    expect(await runner.step('identity', work, { idempotent: true })).toBe('done')
    expect(pauses).toEqual([700, 100])
    expect(seen).toEqual(['identity SERVER_RATE_LIMITED 700', 'identity again', 'identity again'])
  })

  it('reports a limit that it continues after once, under its own name', async () => {
    const { runner, seen } = runnerOf()
    const busy = new LoadTestError('SERVER_FAILED', 'busy', { details: { status: 503, retryAfterMs: 900 } })
    const down = new LoadTestError('SERVER_FAILED', 'down', { details: { status: 503 } })
    await runner.step('confirm', async () => {
      for (const error of [limited(700), busy, busy, down, new Error('else')]) runner.reportLimit(error)
    })
    expect(seen).toEqual(['confirm SERVER_RATE_LIMITED 700', 'confirm SERVER_FAILED 900'])
  })

  it('fails at once if the requested pause exceeds the remaining time', async () => {
    const { runner, pauses, seen } = runnerOf({ remainingMs: 5000 })
    const work = runner.step('identity', failing(limited(5000)), { idempotent: true })
    await expect(work).rejects.toMatchObject({ code: 'SERVER_RATE_LIMITED' })
    expect([pauses, seen]).toEqual([[], ['identity SERVER_RATE_LIMITED 5000']])
  })

  it('reports a retry that the budget did not allow', async () => {
    const { runner, seen } = runnerOf({ retries: 0 })
    const work = runner.step('upload', failing(new LoadTestError('STORAGE_FAILED', 'oops')), {
      idempotent: true,
    })
    await expect(work).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
    expect(seen).toEqual(['upload not again'])
  })

  it.each<[ErrorCode, Record<string, unknown>, boolean]>([
    ['SERVER_RATE_LIMITED', {}, true],
    ['SERVER_FAILED', {}, false],
    ['SERVER_UNREACHABLE', {}, false],
    ['SERVER_FAILED', { nothingBegun: true }, true],
    ['SERVER_REFUSED', { nothingBegun: true }, true],
  ])('that may have begun something is retried after %s %o: %s', async (code, details, isRepeated) => {
    const { runner, seen } = runnerOf()
    const work = runner.step('request', failing(new LoadTestError(code, 'no', { details })), {
      idempotent: 'when-nothing-begun',
    })
    if (isRepeated) expect(await work).toBe('done')
    else await expect(work).rejects.toMatchObject({ code })
    expect(seen.includes('request again')).toBe(isRepeated)
  })

  it('reports a limit of the storage even if the step is not retried', async () => {
    const { runner, seen } = runnerOf()
    const error = new LoadTestError('STORAGE_FAILED', 'slow down', { details: { status: 429 } })
    await expect(runner.step('submit', failing(error))).rejects.toBe(error)
    expect(seen).toEqual(['submit STORAGE_FAILED undefined'])
  })

  it('leaves limits of chain endpoints to their pool, except a full transaction pool', async () => {
    const { runner, seen } = runnerOf()
    const paused = new LoadTestError('CHAIN_RATE_LIMITED', 'paused', { details: { retryAfterMs: 2000 } })
    const full = new LoadTestError('CHAIN_RATE_LIMITED', 'full', { details: { reason: 'pool-full' } })
    await expect(runner.step('sign', failing(paused))).rejects.toBe(paused)
    await expect(runner.step('submit', failing(full))).rejects.toBe(full)
    expect(seen).toEqual(['submit CHAIN_RATE_LIMITED undefined'])
  })

  it('does not count the wait for its turn', async () => {
    const { runner, sleep } = runnerOf()
    await runner.step('request', failing(), { turn: () => sleep(3000) })
    expect(runner.durations.request).toBe(0)
  })
})
