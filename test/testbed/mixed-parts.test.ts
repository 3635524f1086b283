import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { summarySchema } from '../../src/results/summary-schema.ts'
import { startProgram } from '../e2e/program.fixture.ts'
import { interrupt, isAlive, type StartedPart, startPart } from './started-part.fixture.ts'

const words = 'legal winner thank year wave sausage worth useful legal winner thank yellow'
/** Anvil's fifth and third public development keys. */
const appKey = '0x47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a'
const relayerKey = '0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a'

let folder: string
const parts: StartedPart[] = []
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vana-load-test-'))
})
afterAll(async () => {
  await Promise.all(parts.map(interrupt))
  rmSync(folder, { recursive: true, force: true })
})

async function start(args: readonly string[], env: Record<string, string> = {}): Promise<StartedPart> {
  const part = await startPart(args, folder, env)
  parts.push(part)
  return part
}

test('four parts that were started one by one carry users, directly and relayed, and all end when interrupted', async () => {
  const [chain, storage] = await Promise.all([start(['chain', '--block-time', '500ms']), start(['storage'])])
  const rpc = ['--rpc', chain.document.url ?? '']
  const personalServer = await start(
    ['personal-server', ...rpc, '--concurrency', 'parallel', '--inference-median', '100ms'],
    { WALLET_MNEMONIC: words },
  )
  const apiServer = await start(
    ['api-server', ...rpc, '--personal-server-url', personalServer.document.url ?? ''],
    { VANA_LOAD_GRANTEE_PRIVATE_KEY: appKey, VANA_LOAD_RELAYER_PRIVATE_KEYS: relayerKey },
  )
  const documents = [chain, storage, personalServer, apiServer].map(
    ({ document: { url, ...pieces } }) => pieces,
  )
  const target = Object.assign({}, ...documents)
  for (const key of ['embedded', 'metricsUrls', 'pids'] as const) {
    const pieces = documents.map((document) => document[key])
    target[key] = key === 'embedded' ? pieces.flat() : Object.assign({}, ...pieces)
  }
  writeFileSync(join(folder, 'target.json'), JSON.stringify(target))
  for (const submission of ['direct', 'relayed']) {
    const args = ['--users', '3', '--rate', '3', '--submission', submission, '--seed', submission, '--json']
    const { code, stdout } = await startProgram(
      ['run', '--target', 'target.json', '--out', submission, ...args],
      folder,
    ).ended
    const summary = summarySchema.parse(JSON.parse(stdout))
    expect(summary.users).toMatchObject({ planned: 3, succeeded: 3 })
    expect(summary.verified.proven).toBe(3)
    expect(code).toBe(0)
  }
  const pids = Object.values<number>(target.pids)
  expect(pids).toHaveLength(4)
  const ends = await Promise.all(parts.splice(0).map(interrupt))
  expect(ends.map(({ code }) => code)).toEqual([0, 0, 0, 0])
  expect(pids.filter(isAlive)).toEqual([])
  for (const { stdout, stderr } of ends) expect(stdout + stderr).not.toMatch(/sausage|47e179ec/)
}, 180_000)

test('two parts are one document, and the flags of both hold', async () => {
  const args = ['chain,storage', '--only', 'storage', '--block-gas-limit', '20000000']
  const { document } = await start(args)
  expect(document.url).toBeUndefined()
  expect(document.embedded).toEqual(['chain', 'storage'])
  expect(Object.keys(document.pids ?? {}).toSorted()).toEqual(['chain', 'storage'])
})
