import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { getPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPublicClient, http } from 'viem'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type FlowRecord, type LoadTestParameters, runLoadTest } from '../../src/lib/index.ts'
import { startTestbed, type Testbed } from '../../src/lib/testbed.ts'

const results = mkdtempSync(join(tmpdir(), 'vana-load-library-'))
let testbed: Testbed
let other: Testbed

beforeAll(async () => {
  // Both at once: each has free ports and a chain of its own.
  const options = { blockTimeMs: 200, inferenceMedianMs: 50 }
  ;[testbed, other] = await Promise.all([startTestbed(options), startTestbed(options)])
})
afterAll(async () => {
  await Promise.all([testbed?.stop(), other?.stop()])
  rmSync(results, { recursive: true, force: true })
})

const parametersOf = (given: LoadTestParameters): LoadTestParameters => ({
  target: testbed.target,
  threads: 1,
  flow: { dataSize: 'small' },
  output: { directory: results },
  ...given,
})

describe('the testbed of the library', () => {
  it('runs beside another, with a chain of its own and accounts that own funds', async () => {
    expect(new Set([...Object.values(testbed.urls), ...Object.values(other.urls)]).size).toBe(8)
    for (const { urls, accounts } of [testbed, other]) {
      const chain = createPublicClient({ transport: http(urls.chain) })
      expect(await chain.getBalance({ address: accounts.funder.address })).toBeGreaterThan(10n ** 18n)
    }
  })
})

describe('runLoadTest of the library', () => {
  it('runs twice in one process, and leaves the process as it was', async () => {
    const written = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')]
    const state = () => [
      ...['SIGINT', 'SIGTERM', 'SIGHUP', 'uncaughtException'].map((event) => process.listenerCount(event)),
      getPriority(),
      process.exitCode,
      JSON.stringify(process.env),
    ]
    const before = state()
    const first = await runLoadTest(parametersOf({ users: 3, rate: 5 }))
    const second = await runLoadTest(parametersOf({ users: 2, rate: '5/s', seed: 'second' }))
    expect(state()).toEqual(before)
    expect(written.flatMap((spy) => spy.mock.calls)).toEqual([])
    for (const spy of written) spy.mockRestore()

    expect(first.summary).toMatchObject({ exitCode: 0, users: { planned: 3, succeeded: 3 } })
    expect(second.summary).toMatchObject({ exitCode: 0, users: { planned: 2, succeeded: 2 }, problems: [] })
    expect(first.folder).not.toBe(second.folder)
    expect(existsSync(join(second.folder, 'report.html'))).toBe(true)
  })

  it('shows an observer every user, and survives one that throws', async () => {
    const seen = { arrived: 0, started: 0, ticks: 0 }
    const ended: FlowRecord[] = []
    const { summary } = await runLoadTest(parametersOf({ users: 4, rate: 20, seed: 'observed' }), {
      observers: [
        {
          ended() {
            throw new Error('no')
          },
        },
        {
          arrived: () => void seen.arrived++,
          started: () => void seen.started++,
          ended: (record) => void ended.push(record),
          tick: () => void seen.ticks++,
        },
      ],
    })
    expect(seen).toMatchObject({ arrived: 4, started: 4 })
    expect(seen.ticks).toBeGreaterThan(0)
    expect(ended.map(({ index }) => index).sort()).toEqual([0, 1, 2, 3])
    expect(ended.map(({ tx }) => typeof tx?.gasPriceWei)).toEqual(['bigint', 'bigint', 'bigint', 'bigint'])
    expect(summary.exitCode).toBe(0)
    expect(summary.warnings.map(({ code }) => code)).toContain('OBSERVER_FAILED')
  })

  it('stops when the signal aborts, and returns the funds', async () => {
    const stop = new AbortController()
    const { summary } = await runLoadTest(parametersOf({ users: 200, rate: 4, seed: 'stopped' }), {
      signal: stop.signal,
      observers: [{ ended: ({ outcome }) => outcome === 'succeeded' && stop.abort() }],
    })
    const { run, users, money } = summary
    expect(run.stopped?.reason).toBe('interrupted')
    expect(users.succeeded).toBeGreaterThan(0)
    expect(users.dropped).toBeGreaterThan(100)
    expect(BigInt(money.sweptWei ?? 0)).toBeGreaterThan(0n)
    expect(money.leftWei).toBe('0')
    expect(summary.problems).toEqual([])
  })

  it('rejects, and leaves no results, when the signal has aborted before', async () => {
    const folders = readdirSync(results)
    const signal = AbortSignal.abort(new Error('changed my mind'))
    await expect(runLoadTest(parametersOf({ users: 3 }), { signal })).rejects.toThrow()
    expect(readdirSync(results)).toEqual(folders)
  })

  it('refuses what only the command line has', async () => {
    const given = { users: 3, output: { quiet: true } } as LoadTestParameters
    await expect(runLoadTest(given)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})
