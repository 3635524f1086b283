import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Hex, keccak256, numberToHex, stringToHex } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dependencyNames } from '../../src/config/dependency.ts'
import { type Target, targetSchema } from '../../src/config/target.ts'
import { ownVersion } from '../../src/process/own-version.ts'
import type { Baseline } from '../../src/results/baseline/baseline-schema.ts'
import { dependenciesOf } from '../../src/results/environment.ts'
import { moneyMismatch } from '../../src/results/money-balance.ts'
import { summarySchema } from '../../src/results/summary-schema.ts'
import { auditRun } from '../../src/scripts/audit/audit-run.ts'
import { readEndedRun } from '../../src/scripts/cli/read-ended-run.ts'
import { anvilVersion } from '../../src/testbed/chain/anvil-binary.ts'
import { appPrivateKey } from '../../src/testbed/development-keys.ts'
import { lies, plant } from './planted-lies.fixture.ts'
import { type RunningProgram, startProgram } from './program.fixture.ts'

let folder: string
let testbed: RunningProgram
let target: Target
let targetFile: string
let baselineFile: string

/** A baseline that every run is as good as. */
const undemanding = ({ name }: Target): Baseline => ({
  schemaVersion: 1,
  kind: 'baseline',
  name: null,
  tool: { name: 'vana-load', version: ownVersion() },
  conditions: {
    target: name,
    preset: 'smoke',
    seed: '1',
    faults: [],
    part: null,
    machine: null,
    versions: {},
    dependencies: dependenciesOf({ embedded: [...dependencyNames] }),
    settings: { users: '12' },
  },
  tolerances: { success: 0.5, 'flow.p50': 0.5 },
  runs: [
    {
      id: 'before',
      startedAt: '2026-08-01T14:22:33Z',
      flows: 12,
      figures: {
        success: { value: 1, low: 0.6, high: 1 },
        'flow.p50': { value: 600_000, low: 500_000, high: 700_000 },
      },
    },
  ],
})

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vana-load-test-'))
  testbed = startProgram(['testbed', '--json', '--inference-median', '100ms', '--block-time', '1s'], folder)
  const [line] = await testbed.says(/^\{.*\}$/m)
  target = targetSchema.parse(JSON.parse(line))
  targetFile = join(folder, 'target.json')
  writeFileSync(targetFile, line)
  baselineFile = join(folder, 'baseline.json')
  writeFileSync(baselineFile, JSON.stringify(undemanding(target)))
}, 120_000)

afterAll(async () => {
  testbed.child.kill('SIGTERM')
  await testbed.ended
  rmSync(folder, { recursive: true, force: true })
})

const permissionAdded = keccak256(stringToHex('PermissionAdded(uint256,address,uint256,string,uint256[])'))

async function rpc<T>(method: string, params: unknown[] = []): Promise<T> {
  const answer = await fetch(target.chain.rpcUrls[0] ?? '', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  return ((await answer.json()) as { result: T }).result
}

async function permissionsSince(block: number): Promise<string[]> {
  const filter = {
    address: target.chain.contracts.permissions,
    topics: [permissionAdded],
    fromBlock: numberToHex(block),
  }
  const logs = await rpc<{ topics: Hex[] }[]>('eth_getLogs', [filter])
  return logs.map(({ topics }) => String(BigInt(topics[1] ?? '0x0')))
}

/** Reads server-sent events to their end. */
async function readEvents(url: string): Promise<{ event: string; data: unknown }[]> {
  const text = await (await fetch(url)).text()
  return [...text.matchAll(/^event: (.*)\ndata: (.*)$/gm)].map(([, event = '', data = '']) => ({
    event,
    data: JSON.parse(data),
  }))
}

const linesOf = (path: string): Record<string, unknown>[] =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

const runsIn = (results: string): string[] =>
  readdirSync(join(folder, results)).map((id) => join(folder, results, id))

describe('vana-load run', () => {
  it.each(['direct', 'relayed'])(
    'completes every user, %s, each with a permission on chain',
    async (submission) => {
      const block = Number(await rpc<Hex>('eth_blockNumber'))
      const args = [
        '--users',
        '12',
        '--rate',
        '6',
        '--submission',
        submission,
        '--seed',
        submission,
        '--out',
        submission,
        '--baseline',
        baselineFile,
      ]
      const program = startProgram(['run', '--target', targetFile, '--json', '--dashboard', ...args], folder)
      const [, page = ''] = await program.says(/live page: (\S+)/)
      const events = readEvents(`${page}events`)
      const { code, stdout } = await program.ended
      const summary = summarySchema.parse(JSON.parse(stdout))
      expect(summary.problems).toEqual([])
      expect(summary.users).toMatchObject({ planned: 12, started: 12, succeeded: 12 })
      expect(summary.verified.proven).toBe(12)
      expect(summary.baseline?.figures).toMatchObject([
        { metric: 'success', actual: 1, verdict: 'holds' },
        { metric: 'flow.p50', baseline: 600_000, verdict: 'holds' },
      ])
      expect(summary.baseline?.figures[1]?.actual).toBeGreaterThan(0)
      // To the wei, and for the relayer: all that its lanes paid is what the flows' receipts say.
      expect(moneyMismatch(summary.money)).toBe(0n)
      if (submission === 'direct') {
        expect(summary.money).toMatchObject({ fundedWei: '1200000000000000000', leftWei: '0' })
      } else {
        expect(summary.money).toMatchObject({
          payer: 'relayer',
          sweptWei: '0',
          spentWei: summary.gas.costWei,
        })
      }
      expect(code).toBe(0)
      // A viewer sees everything, and the verdict.
      const told = await events
      expect(told[0]).toMatchObject({ event: 'whole', data: { state: { stage: 'preparing' } } })
      expect(told.at(-1)).toMatchObject({
        event: 'end',
        data: { stage: 'ended', snapshot: { users: { succeeded: 12 } }, result: { exitCode: 0 } },
      })
      // The payer sends. The API server's own page shows the RPC endpoints of the relayer.
      const sent = ({ eth_sendRawTransaction = 0 }: Record<string, number> = {}) => eth_sendRawTransaction
      const relayed = sent(summary.rpc.apiServer?.byMethod)
      expect(submission === 'relayed' ? relayed : sent(summary.rpc.byMethod)).toBeGreaterThanOrEqual(12)
      expect(submission === 'relayed' ? sent(summary.rpc.byMethod) : relayed).toBe(0)

      const [run = ''] = runsIn(submission)
      const claimed = linesOf(join(run, 'flows.ndjson')).map(
        ({ tx }) => (tx as { permissionId: string }).permissionId,
      )
      const recorded = await permissionsSince(block + 1)
      expect(claimed.toSorted()).toEqual(recorded.toSorted())
      const files = [
        'config.json',
        'environment.json',
        'flows.ndjson',
        'junit.xml',
        'report.html',
        'report.md',
      ]
      const funding = submission === 'direct' ? ['funding.ndjson'] : []
      expect(readdirSync(run).toSorted()).toEqual(
        [...files, ...funding, 'summary.json', 'timeline.ndjson'].toSorted(),
      )
    },
    120_000,
  )

  it('checks its claims against the chain, and reports when that is gone', async () => {
    const audited = await startProgram(['audit', '--out', 'direct', '--json'], folder).ended
    expect(audited.code).toBe(0)
    expect(JSON.parse(audited.stdout)).toMatchObject({ holds: true, looked: { sampled: 12, of: 12 } })
    const { signal } = new AbortController()
    for (const submission of ['direct', 'relayed']) {
      const run = await readEndedRun(join(folder, submission), 'latest')
      const { checks, rpcCalls } = await auditRun(run, { target, sample: undefined, signal })
      expect(checks.filter(({ verdict }) => verdict !== 'holds')).toEqual([])
      expect(rpcCalls).toBeLessThan(50)
      const few = await auditRun(run, { target, sample: 3, signal })
      expect(few).toMatchObject({ holds: true, looked: { sampled: 3, of: 12 } })
    }
    const run = await readEndedRun(join(folder, 'direct'), 'latest')
    const gone = { ...target, chain: { ...target.chain, rpcUrls: ['http://127.0.0.1:9'] } }
    await expect(auditRun(run, { target: gone, sample: undefined, signal })).rejects.toMatchObject({
      code: 'TARGET_NOT_READY',
    })
    const elsewhere = join(folder, 'lies', 'elsewhere')
    plant(run.path, elsewhere, ({ flows }) => {
      for (const { tx } of flows) {
        if (tx?.times) tx.times.blockTimestamp = 1_700_000_000
        if (tx) tx.hash = `0x${tx.hash.slice(4)}00`
      }
    })
    const other = auditRun(await readEndedRun(folder, elsewhere), { target, sample: undefined, signal })
    await expect(other).rejects.toThrow('not the chain of that run')
  }, 60_000)

  it.each(lies)('is found out when it claims %s', async (lie, claim, tell) => {
    const run = await readEndedRun(join(folder, 'direct'), 'latest')
    const copy = join(folder, 'lies', lie.replaceAll(/\W/g, '-'))
    plant(run.path, copy, tell)
    const { signal } = new AbortController()
    const found = await auditRun(await readEndedRun(folder, copy), { target, sample: undefined, signal })
    const broken = found.checks.filter(({ verdict }) => verdict === 'broken').map((check) => check.claim)
    expect(broken).toContainEqual(expect.stringMatching(claim))
    expect(found.holds).toBe(false)
  })

  it('stops a relayed run before the relayer goes beyond the cap, also of an API server that it did not start', async () => {
    const args = ['--users', '10', '--rate', '10', '--submission', 'relayed', '--seed', 'cap', '--out', 'cap']
    const { code, stdout } = await startProgram(
      ['run', '--target', targetFile, '--json', '--max-spend', '0.006', ...args],
      folder,
    ).ended
    const { users, money, run } = summarySchema.parse(JSON.parse(stdout))
    expect(code).toBe(5)
    expect(run.stopped?.reason).toBe('spending-cap')
    expect(users.succeeded).toBeGreaterThan(0)
    expect(moneyMismatch(money)).toBe(0n)
    expect(Number(money.spentWei)).toBeGreaterThan(0)
    expect(Number(money.spentWei)).toBeLessThanOrEqual(0.006e18)
  }, 60_000)

  it('tells the endpoints of an API server of its own from those of the generator, and no key of either', async () => {
    const { apiServer: _, metricsUrls: __, pids: ___, ...others } = target
    const rpcUrls = others.chain.rpcUrls.map((url) => `${url}/?key=planted-secret`)
    writeFileSync(
      join(folder, 'own.json'),
      JSON.stringify({ ...others, chain: { ...others.chain, rpcUrls } }),
    )
    const args = ['--users', '3', '--rate', '3', '--submission', 'relayed', '--seed', 'own', '--out', 'own']
    const { stdout, stderr } = await startProgram(
      ['run', '--target', 'own.json', '--json', ...args],
      folder,
      {
        VANA_LOAD_GRANTEE_PRIVATE_KEY: appPrivateKey,
        VANA_LOAD_API_SERVER_TOKEN: 'planted-token',
      },
    ).ended
    const { users, rpc, components } = summarySchema.parse(JSON.parse(stdout))
    expect(users.succeeded).toBe(3)
    const label = `${others.chain.rpcUrls[0]}/***`
    expect(Object.keys(rpc.byEndpoint)).toEqual([label])
    expect(Object.keys(rpc.apiServer?.byEndpoint ?? {})).toEqual([label])
    expect(rpc.apiServer?.byMethod.eth_sendRawTransaction).toBe(3)
    expect(components.apiServer?.cpuMs).toBeGreaterThan(0)

    const [run = ''] = runsIn('own')
    const report = readFileSync(join(run, 'report.html'), 'utf8')
    expect(report).toContain(`${label} (generator)`)
    expect(report).toContain(`${label} (API server)`)
    const everything = [
      stdout,
      stderr,
      ...readdirSync(run).map((name) => readFileSync(join(run, name), 'utf8')),
    ]
    expect(everything.join()).not.toMatch(/planted/)
  }, 120_000)

  it.concurrent('keeps mnemonic and keys out of everything it writes', async () => {
    const mnemonic = 'legal winner thank year wave sausage worth useful legal winner thank yellow'
    const funder = target.accounts?.funder ?? ''
    const args = [
      'run',
      '--target',
      targetFile,
      '--users',
      '2',
      '--rate',
      '2',
      '--json',
      '--verbose',
      '--out',
      'secret',
    ]
    const env = { VANA_LOAD_MNEMONIC: mnemonic, VANA_LOAD_FUNDER_PRIVATE_KEY: funder }
    const { code, stdout, stderr } = await startProgram(args, folder, env).ended
    expect(code).toBe(0)
    const [run = ''] = runsIn('secret')
    const written = [
      stdout,
      stderr,
      ...readdirSync(run).map((file) => readFileSync(join(run, file), 'utf8')),
    ].join('\n')
    expect(written).not.toContain('sausage')
    expect(written).not.toContain(funder.slice(2))
  }, 120_000)

  it.concurrent('when interrupted, lets users in flight finish, accounts for all, and exits with 130', async () => {
    const args = [
      'run',
      '--target',
      targetFile,
      '--users',
      '60',
      '--rate',
      '4',
      '--seed',
      'stop',
      '--out',
      'stop',
      '--verbose',
    ]
    const program = startProgram(args, folder)
    await program.says(/flow 1 +submit/)
    program.child.kill('SIGINT')
    const { code } = await program.ended
    expect(code).toBe(130)
    const [run = ''] = runsIn('stop')
    const summary = summarySchema.parse(JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8')))
    expect(summary.run.stopped?.reason).toBe('interrupted')
    expect(summary.users.succeeded).toBeGreaterThan(0)
    expect(summary.users.succeeded + summary.users.dropped).toBe(60)
    expect(linesOf(join(run, 'flows.ndjson'))).toHaveLength(60)
  }, 120_000)

  it.concurrent('fails the users and exits with 4 when the contract refuses them', async () => {
    const wrong = { ...target, grantee: { ...target.grantee, id: 999 } }
    writeFileSync(join(folder, 'wrong.json'), JSON.stringify(wrong))
    const args = [
      '--target',
      'wrong.json',
      '--users',
      '2',
      '--rate',
      '2',
      '--submission',
      'relayed',
      '--json',
      '--out',
      'wrong',
    ]
    const { code, stdout } = await startProgram(['run', ...args], folder).ended
    const { errors, users } = summarySchema.parse(JSON.parse(stdout))
    expect(users.failed).toBe(2)
    expect(errors[0]).toMatchObject({ code: 'GRANTEE_NOT_FOUND', step: 'grantee' })
    expect(code).toBe(4)
  }, 120_000)

  it.concurrent('says what is wrong with a dead or a wrong chain, and leaves no folder behind', async () => {
    const dead = { ...target, chain: { ...target.chain, rpcUrls: ['http://127.0.0.1:9'] } }
    writeFileSync(join(folder, 'dead.json'), JSON.stringify(dead))
    const noChain = await startProgram(
      ['run', '--target', 'dead.json', '--users', '1', '--out', 'dead', '--rpc-patience', '1s'],
      folder,
    ).ended
    expect(noChain.stderr).toContain('CHAIN_UNREACHABLE')
    expect(noChain.code).toBe(3)
    expect(runsIn('dead')).toEqual([])
    const foreign = { ...target, accounts: undefined, chain: { ...target.chain, id: 14801 } }
    writeFileSync(join(folder, 'foreign.json'), JSON.stringify(foreign))
    const env = { VANA_LOAD_MNEMONIC: 'test test test test test test test test test test test junk' }
    const args = ['run', '--target', 'foreign.json', '--users', '1', '--out', 'foreign']
    const key = { VANA_LOAD_FUNDER_PRIVATE_KEY: target.accounts?.funder ?? '' }
    const wrongChain = await startProgram(args, folder, { ...env, ...key }).ended
    expect(wrongChain.stderr).toContain('CHAIN_WRONG_ID')
    expect(wrongChain.code).toBe(3)
  }, 120_000)
})

describe('a testbed that dies in the middle of a run', () => {
  it('ends the run: users in flight fail with TESTBED_DIED, the summary is written, the exit code is 3', async () => {
    const args = [
      'run',
      '--users',
      '60',
      '--rate',
      '4',
      '--inference-median',
      '60s',
      '--out',
      'lost',
      '--verbose',
    ]
    const program = startProgram(args, folder)
    await program.says(/flow 1 +request/)
    const [run = ''] = runsIn('lost')
    const environment = JSON.parse(readFileSync(join(run, 'environment.json'), 'utf8'))
    expect(environment.versions).toEqual({
      'vana-load': ownVersion(),
      '@opendatalabs/vana-sdk': expect.stringMatching(/^\d+\.\d+\.\d+/),
      anvil: anvilVersion(),
      contracts: 'resembling 2025-09',
      node: process.versions.node,
    })
    process.kill(environment.target.pids.chain, 'SIGKILL')
    const { code } = await program.ended
    const summary = summarySchema.parse(JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8')))
    expect(summary.run.stopped?.reason).toBe('target-lost')
    expect(summary.errors.map((error) => error.code)).toContain('TESTBED_DIED')
    expect(code).toBe(3)
  }, 180_000)
})
