import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Address, parseEther } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { moneyMismatch } from '../../src/results/money-balance.ts'
import { type Summary, summarySchema } from '../../src/results/summary-schema.ts'
import { type AnvilClient, createAnvilClient } from '../../src/testbed/chain/anvil-client.ts'
import { startTestbed, type TestTestbed } from './testbed.fixture.ts'

const program = fileURLToPath(new URL('../../dist/index.js', import.meta.url))
let folder: string
let testbed: TestTestbed
let client: AnvilClient
let funder: Address
let before: bigint

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vana-load-lost-output-'))
  testbed = await startTestbed(folder)
  const { chain, accounts } = testbed.target
  client = createAnvilClient(chain.rpcUrls[0] ?? '', chain.id)
  funder = privateKeyToAddress(accounts?.funder ?? '0x')
}, 120_000)
afterAll(async () => {
  await testbed?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const balance = (): Promise<bigint> => client.getBalance({ address: funder })
/** Runs pay 0.1 VANA to each user, and about a fiftieth of that is spent. */
afterEach(async () => expect(before - (await balance())).toBeLessThan(parseEther('0.3')))

/** Starts a run of its own seed and folder; `prefix` is a shell command in front of the program. */
async function startRun(name: string, stderr: 'pipe' | number, prefix = '', ...flags: string[]) {
  before = await balance()
  const settings = ['run', '--target', testbed.file, '--seed', name, '--out', name, '--rate', '10', ...flags]
  const child = spawn('sh', ['-c', `${prefix} exec "$0" "$@"`, process.execPath, program, ...settings], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '' },
    stdio: ['ignore', 'ignore', stderr],
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  return { child, ended }
}

const filesOf = (name: string): string => join(folder, name, readdirSync(join(folder, name))[0] ?? '')

function summaryOf(name: string): Summary {
  const summary = summarySchema.parse(JSON.parse(readFileSync(join(filesOf(name), 'summary.json'), 'utf8')))
  expect(moneyMismatch(summary.money)).toBe(0n)
  expect(summary.money.leftWei).toBe('0')
  return summary
}

describe('a run that loses its terminal', () => {
  it('stops gracefully, returns the money, writes its results', async () => {
    const { child, ended } = await startRun('hang-up', 'pipe', '', '--users', '200')
    await expect.poll(() => readFileSync(join(filesOf('hang-up'), 'flows.ndjson'), 'utf8')).not.toBe('')
    child.stderr?.destroy()
    child.kill('SIGHUP')
    child.kill('SIGHUP')
    expect(await ended).toBe(130)
    const { run, users } = summaryOf('hang-up')
    expect(run.stopped?.reason).toBe('interrupted')
    expect(users.dropped).toBeGreaterThan(0)
  })
})

describe.runIf(existsSync('/dev/full'))('a run on a full disk', () => {
  it('goes on when only its log can no longer be written', async () => {
    const { ended } = await startRun('log', openSync('/dev/full', 'w'), '', '--users', '10')
    expect(await ended).toBe(0)
    expect(summaryOf('log').users.succeeded).toBe(10)
  })

  it('stops and returns the money when its results can no longer be written', async () => {
    // 8 kB a file: the journal of the payments fits, the record of the flows does not.
    const { child, ended } = await startRun('results', 'pipe', 'ulimit -f 16;', '--users', '100')
    let text = ''
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    expect(await ended).toBe(2)
    expect(text).toMatch(/^\d+ of 100 users succeeded; funded .* left on wallets 0 VANA$/m)
    expect(text).toMatch(/RESULTS_UNWRITABLE: Cannot write results to .*EFBIG/)
    expect(text).not.toMatch(/^ +at /m)
  })
})
