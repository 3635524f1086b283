import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
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

it('completes flows on parts started one by one, with each storage, direct and relayed, and stops them all on an interrupt', async () => {
  const [chain, storage, pinata, drive] = await Promise.all([
    start(['chain', '--block-time', '500ms']),
    start(['storage']),
    start(['storage', '--storage', 'pinata']),
    start(['storage', '--storage', 'google-drive']),
  ])
  const rpc = ['--rpc', chain.document.url ?? '']
  const readers = ['--ipfs-gateway', pinata.document.url ?? '', '--drive-url', drive.document.url ?? '']
  const personalServer = await start(
    ['personal-server', ...rpc, ...readers, '--concurrency', 'parallel', '--inference-median', '100ms'],
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
  for (const [{ document }, submission, place] of [
    [storage, 'direct', /gcs: vana-load at http:/],
    [pinata, 'relayed', /pinata at http:/],
    [drive, 'direct', /google-drive: vana-load-testbed-folder at http:/],
  ] as const) {
    const seed = document.storage?.provider ?? ''
    writeFileSync(join(folder, `${seed}.json`), JSON.stringify({ ...target, storage: document.storage }))
    const args = ['--users', '3', '--rate', '3', '--submission', submission, '--seed', seed, '--json']
    const { code, stdout, stderr } = await startProgram(
      ['run', '--target', `${seed}.json`, '--out', seed, ...args],
      folder,
      // An embedded storage never receives credentials from the environment, and would refuse them.
      { PINATA_JWT: 'a-real-jwt', VANA_LOAD_GOOGLE_DRIVE_ACCESS_TOKEN: 'a-real-token' },
    ).ended
    const summary = summarySchema.parse(JSON.parse(stdout))
    expect(summary.users, stderr).toMatchObject({ planned: 3, succeeded: 3 })
    expect(summary.verified.proven).toBe(3)
    expect(code).toBe(0)
    const report = readFileSync(join(folder, seed, summary.run.id, 'report.html'), 'utf8')
    expect(report).toMatch(place)
    expect(report).not.toMatch(/a-real-/)
  }
  const pids = [
    ...Object.values<number>(target.pids),
    pinata.document.pids?.storage ?? 0,
    drive.document.pids?.storage ?? 0,
  ]
  expect(pids).toHaveLength(6)
  const ends = await Promise.all(parts.splice(0).map(interrupt))
  expect(ends.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0])
  expect(pids.filter(isAlive)).toEqual([])
  for (const { stdout, stderr } of ends) expect(stdout + stderr).not.toMatch(/sausage|47e179ec/)
}, 180_000)

it('prints one document for two parts and applies the flags of both', async () => {
  const args = ['chain,storage', '--only', 'storage', '--block-gas-limit', '20000000']
  const { document } = await start(args)
  expect(document.url).toBeUndefined()
  expect(document.embedded).toEqual(['chain', 'storage'])
  expect(Object.keys(document.pids ?? {}).toSorted()).toEqual(['chain', 'storage'])
})
