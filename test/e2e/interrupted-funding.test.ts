import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Address } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { moneyMismatch } from '../../src/results/money-balance.ts'
import { summarySchema } from '../../src/results/summary-schema.ts'
import { type AnvilClient, createAnvilClient } from '../../src/testbed/chain/anvil-client.ts'
import { createHdWallets } from '../../src/wallets/hd-wallets.ts'
import { readMoneyJournal } from '../../src/wallets/read-money-journal.ts'
import { type RunningProgram, startProgram } from './program.fixture.ts'
import { startTestbed, type TestTestbed } from './testbed.fixture.ts'

const mnemonic = 'legal winner thank year wave sausage worth useful legal winner thank yellow'
const users = 20
const fundedWei = BigInt(users) * 10n ** 17n
const addresses = Array.from({ length: users }, (_, i) => createHdWallets(mnemonic).user(i).address)

let folder: string
let testbed: TestTestbed
let client: AnvilClient
let funder: Address

// Blocks come when a test wants them, so that no payment is in one before its run has been interrupted.
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vana-load-interrupted-'))
  testbed = await startTestbed(folder, '--block-time', '10m')
  const { chain, accounts } = testbed.target
  client = createAnvilClient(chain.rpcUrls[0] ?? '', chain.id)
  funder = privateKeyToAddress(accounts?.funder ?? '0x')
}, 120_000)

afterAll(async () => {
  await testbed?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** Has blocks come, one after another, until the program has ended. */
async function endedWithBlocks(program: RunningProgram): Promise<Awaited<RunningProgram['ended']>> {
  let isOver = false
  void program.ended.then(() => {
    isOver = true
  })
  while (!isOver) {
    await client.mine({ blocks: 1 })
    await sleep(100)
  }
  return await program.ended
}

const start = (args: string): RunningProgram =>
  startProgram(args.split(' '), folder, { VANA_LOAD_MNEMONIC: mnemonic })
const balance = (address: Address): Promise<bigint> => client.getBalance({ address })
const held = async (): Promise<bigint> =>
  (await Promise.all(addresses.map(balance))).reduce((sum, wei) => sum + wei, 0n)
const isPaying = async (): Promise<boolean> =>
  (await client.getTransactionCount({ address: funder, blockTag: 'pending' })) >
  (await client.getTransactionCount({ address: funder, blockTag: 'latest' }))

/** The folder of the only run under this results folder. */
function runIn(results: string): string {
  const [id] = existsSync(join(folder, results)) ? readdirSync(join(folder, results)) : []
  return join(folder, results, id ?? 'none')
}

/** Starts a run, and resolves when its payment is on its way. */
async function startPaying(results: string): Promise<RunningProgram> {
  const program = start(`run --target ${testbed.file} --users ${users} --rate 8 --out ${results} --json`)
  while (!(await isPaying())) await sleep(20)
  return program
}

/** What the payments of a run have cost, as its journal has it. */
async function paymentFees(run: string): Promise<bigint> {
  let feesWei = 0n
  for await (const entry of readMoneyJournal(join(run, 'funding.ndjson'))) {
    if (entry.type === 'paid') feesWei += BigInt(entry.feesWei)
  }
  return feesWei
}

describe('a run that is interrupted while its first wallets are funded', () => {
  it('returns the funds, and has the results and the ledger of any other run', async () => {
    const beforeWei = await balance(funder)
    const program = await startPaying('once')
    program.child.kill('SIGINT')
    await program.says(/waiting for the payments/)
    const { code, stdout, stderr } = await endedWithBlocks(program)
    expect(code, stderr).toBe(130)
    const summary = summarySchema.parse(JSON.parse(stdout))
    expect(summary.problems).toEqual([])
    expect(summary.run.stopped).toMatchObject({ reason: 'interrupted' })
    expect(summary.users).toMatchObject({ planned: users, started: 0, dropped: users })
    expect(summary.money).toMatchObject({ fundedWei: String(fundedWei), leftWei: '0' })
    expect(moneyMismatch(summary.money)).toBe(0n)
    expect(await held()).toBe(0n)
    const run = runIn('once')
    expect(beforeWei - (await balance(funder))).toBe(
      BigInt(summary.money.spentWei ?? 0) + (await paymentFees(run)),
    )
    expect(existsSync(join(run, 'report.html'))).toBe(true)
    expect(readFileSync(join(run, 'flows.ndjson'), 'utf8').trim().split('\n')).toHaveLength(users)
  }, 120_000)

  it('and again says what was not returned, and where it is', async () => {
    const program = await startPaying('twice')
    program.child.kill('SIGINT')
    await program.says(/waiting for the payments/)
    program.child.kill('SIGINT')
    const { code, stdout } = await program.ended
    const { problems, money } = summarySchema.parse(JSON.parse(stdout))
    expect(code).toBe(130)
    expect(money.leftWei).toBe(null)
    expect(problems).toMatchObject([
      { code: 'ABORTED', message: expect.stringContaining(`wallets 0-${users - 1}`) },
    ])
    const [, upTo = ''] = /up to ([\d.]+) VANA/.exec(problems[0]?.message ?? '') ?? []
    await client.mine({ blocks: 1 })
    expect(await isPaying()).toBe(false)
    expect(await held()).toBe(fundedWei)
    expect(Number(upTo)).toBeGreaterThanOrEqual(Number(fundedWei) / 1e18)
    const sweep = await endedWithBlocks(
      start(`wallets sweep --target ${testbed.file} --range 0-${users - 1} --json`),
    )
    expect(sweep.code, sweep.stderr).toBe(0)
    expect(await held()).toBe(0n)
  }, 120_000)
})

it('a flow that is interrupted while its wallet is funded returns what it has paid', async () => {
  const program = start(`flow --target ${testbed.file}`)
  while (!(await isPaying())) await sleep(20)
  program.child.kill('SIGINT')
  await program.says(/waiting for the payments/)
  const { code, stderr } = await endedWithBlocks(program)
  expect(code, stderr).toBe(130)
  expect(stderr).toMatch(/returned 0\.09\d+ VANA to the funder, left 0/)
  expect(await held()).toBe(0n)
}, 120_000)
