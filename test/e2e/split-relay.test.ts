import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPublicClient, type Hex, http, keccak256, stringToHex } from 'viem'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Target } from '../../src/config/target.ts'
import { type Summary, summarySchema } from '../../src/results/summary-schema.ts'
import { devAccounts } from '../../src/testbed/chain/dev-accounts.ts'
import { appPrivateKey } from '../../src/testbed/development-keys.ts'
import { type RunningProgram, startProgram } from './program.fixture.ts'
import { startTestbed, type TestTestbed } from './testbed.fixture.ts'

type Flow = { index: number; dueMs: number; startedMs: number; tx: { hash: Hex; permissionId: string } }

/** An API server for each half of a run, each with a relayer key of its own. */
const relayers = [devAccounts.relayer, devAccounts.funder]

let folder: string
let testbed: TestTestbed
let target: Target
/** The same target, as the environment has it. */
let environment: Record<string, string>
const started: RunningProgram[] = []
const apiServers: string[] = []

function start(args: readonly string[], env: Record<string, string> = {}): RunningProgram {
  const program = startProgram(args, folder, env)
  started.push(program)
  return program
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vana-load-test-'))
  testbed = await startTestbed(folder, '--grantees', '2')
  target = testbed.target
  environment = {
    VANA_LOAD_CHAIN_ID: String(target.chain.id),
    VANA_LOAD_RPC_URL: target.chain.rpcUrls.join(','),
    VANA_LOAD_STORAGE_BUCKET: target.storage.provider === 'gcs' ? target.storage.bucket : '',
    VANA_LOAD_STORAGE_ENDPOINT: target.storage.apiEndpoint ?? '',
    VANA_LOAD_STORAGE_URLS: 'public',
    VANA_LOAD_PERSONAL_SERVER_URL: target.personalServer.url,
    VANA_LOAD_GRANTEE_ID: String(target.grantee.id),
    VANA_LOAD_MORE_GRANTEE_IDS: (target.moreGrantees ?? []).map(({ id }) => id).join(','),
    VANA_LOAD_GRANTEE_PRIVATE_KEY: appPrivateKey,
    VANA_LOAD_RELAYER_PRIVATE_KEYS: relayers.map(({ privateKey }) => privateKey).join(','),
  }
  for (const part of ['1/2', '2/2']) {
    const server = start(['serve', '--target', 'env', '--part', part, '--port', '0', '--json'], environment)
    const [, url = ''] = await server.says(/^\{"url":"(.*)"\}$/m)
    apiServers.push(url)
  }
}, 180_000)

afterAll(async () => {
  for (const { child, ended } of started.reverse()) {
    child.kill('SIGTERM')
    await ended
  }
  await testbed?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** Makes a relayed run through one of the API servers; it leaves its flows in a folder of that name. */
async function run(
  name: string,
  apiServer: number,
  ...args: string[]
): Promise<{ summary: Summary; flows: Flow[] }> {
  const common = ['run', '--target', 'env', '--submission', 'relayed', '--json', '--out', name]
  const env = { ...environment, VANA_LOAD_API_SERVER_URL: apiServers[apiServer] ?? '' }
  const { stdout, stderr } = await start([...common, '--grantees', '2', '--seed', 'split', ...args], env)
    .ended
  if (stdout === '') throw new Error(stderr)
  const [id = ''] = readdirSync(join(folder, name))
  const lines = readFileSync(join(folder, name, id, 'flows.ndjson'), 'utf8')
    .trim()
    .split('\n')
  const flows = lines.map((line) => JSON.parse(line) as Flow).sort((a, b) => a.index - b.index)
  return { summary: summarySchema.parse(JSON.parse(stdout)), flows }
}

const permissionAdded = keccak256(stringToHex('PermissionAdded(uint256,address,uint256,string,uint256[])'))

/** Senders of the flows' transactions, and the ids of the grantees that got permissions. */
async function onChain(flows: readonly Flow[]): Promise<{ senders: string[]; grantees: number[] }> {
  const chain = createPublicClient({ transport: http(target.chain.rpcUrls[0]) })
  const receipts = await Promise.all(flows.map(({ tx }) => chain.getTransactionReceipt({ hash: tx.hash })))
  const added = receipts.flatMap(({ logs }) => logs.filter(({ topics }) => topics[0] === permissionAdded))
  return {
    senders: [...new Set(receipts.map(({ from }) => from.toLowerCase()))],
    grantees: added.map(({ topics }) => Number(topics[3])),
  }
}

it('halves of a run at once go through API servers that share neither keys nor users, over grantees named by id alone', async () => {
  const load = ['--users', '4', '--arrival', 'at-once', '--concurrency', '4']
  const halves = await Promise.all([
    run('first', 0, ...load, '--part', '1/2'),
    run('second', 1, ...load, '--part', '2/2'),
  ])
  for (const [index, { summary, flows }] of halves.entries()) {
    expect(summary.users).toMatchObject({ planned: 2, succeeded: 2 })
    const grantee = [target.grantee, ...(target.moreGrantees ?? [])][index]?.id
    expect(await onChain(flows)).toEqual({
      senders: [relayers[index]?.address.toLowerCase()],
      grantees: [grantee, grantee],
    })
  }
  expect(halves.map(({ flows }) => flows.map(({ index }) => index))).toEqual([
    [0, 2],
    [1, 3],
  ])
  expect(halves.flatMap(({ flows }) => flows.map(({ dueMs }) => dueMs))).toEqual([0, 0, 0, 0])
}, 180_000)

it('starts waves on schedule, each with its users at once', async () => {
  const load = ['--users', '4', '--arrival', 'wave', '--batch-size', '2', '--delay', '500ms']
  const { summary, flows } = await run('waves', 0, ...load)
  expect(summary.users).toMatchObject({ planned: 4, succeeded: 4 })
  expect(flows.map(({ dueMs }) => dueMs)).toEqual([0, 0, 500, 500])
  for (const { dueMs, startedMs } of flows) expect(startedMs).toBeGreaterThanOrEqual(dueMs)
}, 120_000)
