import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Address, createPublicClient, type Hash, http, type PublicClient } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../src/random/random.ts'
import { readRun } from '../../src/results/read-run.ts'
import { createHdWallets } from '../../src/wallets/hd-wallets.ts'
import { readMoneyJournal } from '../../src/wallets/read-money-journal.ts'
import { type RunningProgram, startProgram } from './program.fixture.ts'
import { startTestbed, type TestTestbed } from './testbed.fixture.ts'

const mnemonic = 'legal winner thank year wave sausage worth useful legal winner thank yellow'
const users = 8
const addresses = Array.from({ length: users }, (_, i) => createHdWallets(mnemonic).user(i).address)

let folder: string
let testbed: TestTestbed
let client: PublicClient
let funder: Address
const children: RunningProgram[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vana-load-killed-'))
  testbed = await startTestbed(folder)
  client = createPublicClient({ transport: http(testbed.target.chain.rpcUrls[0]) })
  funder = privateKeyToAddress(testbed.target.accounts?.funder ?? '0x')
}, 120_000)

afterAll(async () => {
  for (const { child } of children) child.kill('SIGKILL')
  await testbed?.stop()
  rmSync(folder, { recursive: true, force: true })
})

function start(args: string): RunningProgram {
  const program = startProgram(args.split(' '), folder, { VANA_LOAD_MNEMONIC: mnemonic })
  children.push(program)
  return program
}

/** The folder of the only run under this results folder, as soon as there is one. */
function runIn(results: string): string | undefined {
  const path = join(folder, results)
  const [id] = existsSync(path) ? readdirSync(path) : []
  return id === undefined ? undefined : join(path, id)
}

/** Waits until a condition holds of a run, or the program has ended. */
async function reached(program: RunningProgram, condition: () => boolean): Promise<void> {
  let isOver = false
  void program.ended.then(() => {
    isOver = true
  })
  while (!isOver && !condition()) await sleep(10)
}

const textOf = (run: string | undefined, file: string): string => {
  const path = join(run ?? '', file)
  return run !== undefined && existsSync(path) ? readFileSync(path, 'utf8') : ''
}
const flowsOf = (run: string | undefined): number => textOf(run, 'flows.ndjson').split('\n').length - 1

/** When a run is killed: so far it has to come, and then up to so many milliseconds more. */
const moments = {
  'while its wallets are funded': {
    isReached: (run: string | undefined) => textOf(run, 'funding.ndjson').includes('"plan"'),
    withinMs: 500,
  },
  'while its users run': { isReached: (run: string | undefined) => flowsOf(run) >= 1, withinMs: 400 },
  'while it sweeps its wallets': {
    isReached: (run: string | undefined) => flowsOf(run) >= users,
    withinMs: 600,
  },
}

/** In this order wallets are found empty, emptied in part, and with what an earlier run has left. */
const order: (keyof typeof moments)[] = [
  'while its wallets are funded',
  'while it sweeps its wallets',
  'while it sweeps its wallets',
  'while its wallets are funded',
  'while its users run',
  'while its users run',
]

const feesBySender = new Map<string, bigint>()
let nextBlock = 0n
/** What accounts have paid for gas since the chain began, from every block there is. */
async function feesOf(payers: readonly Address[]): Promise<bigint> {
  // viem keeps the number for four seconds otherwise.
  const last = await client.getBlockNumber({ cacheTime: 0 })
  for (; nextBlock <= last; nextBlock += 1n) {
    const { transactions } = await client.getBlock({ blockNumber: nextBlock })
    for (const hash of transactions) {
      const { from, gasUsed, effectiveGasPrice } = await receiptOf(hash)
      const sender = from.toLowerCase()
      feesBySender.set(sender, (feesBySender.get(sender) ?? 0n) + gasUsed * effectiveGasPrice)
    }
  }
  return payers.reduce((sum, address) => sum + (feesBySender.get(address.toLowerCase()) ?? 0n), 0n)
}

/** Waits until nothing of these accounts is on its way any more. */
async function settled(): Promise<void> {
  for (const address of [funder, ...addresses]) {
    const count = (blockTag: 'latest' | 'pending') => client.getTransactionCount({ address, blockTag })
    while ((await count('latest')) < (await count('pending'))) await sleep(100)
  }
}

const held = async (): Promise<bigint> => {
  const balances = await Promise.all(addresses.map((address) => client.getBalance({ address })))
  return balances.reduce((sum, wei) => sum + wei, 0n)
}

const receiptOf = (hash: Hash) => client.getTransactionReceipt({ hash })

describe('a run whose process is killed', () => {
  const killed: string[] = []

  it.each(order.map((name, i) => ({ name, time: i + 1, moment: moments[name] })))(
    '$name leaves every wei where the chain says it is, and records that hold ($time)',
    async ({ name, time, moment }) => {
      const random = createRandom('killed', `${name} ${time}`)
      const results = `killed-${time}`
      const before = { funderWei: await client.getBalance({ address: funder }), heldWei: await held() }
      const feesBefore = await feesOf([funder, ...addresses])

      const program = start(`run --target ${testbed.file} --users ${users} --rate 8 --out ${results} --quiet`)
      await reached(program, () => moment.isReached(runIn(results)))
      await sleep(random() * moment.withinMs)
      program.child.kill('SIGKILL')
      const { stderr } = await program.ended
      await settled()

      const run = runIn(results)
      expect(run, stderr).toBeDefined()
      const funderSpentWei = before.funderWei - (await client.getBalance({ address: funder }))
      const gainedWei = (await held()) - before.heldWei
      const feesWei = (await feesOf([funder, ...addresses])) - feesBefore
      expect(funderSpentWei).toBe(gainedWei + feesWei)

      const { flows, summary } = await readRun(run ?? '')
      if (summary === null) killed.push(run ?? '')
      let read = 0
      for await (const { outcome, wallet, tx, index } of flows()) {
        read += 1
        expect(wallet).toBe(addresses[index])
        if (outcome !== 'succeeded' || !tx) continue
        const receipt = await receiptOf(tx.hash)
        expect(receipt).toMatchObject({ status: 'success', from: wallet?.toLowerCase() })
        expect(String(receipt.gasUsed)).toBe(String(tx.gasUsed))
      }
      if (name.includes('sweeps')) expect(read).toBe(users)
      for await (const entry of readMoneyJournal(join(run ?? '', 'funding.ndjson'))) {
        if (entry.type !== 'paid') continue
        const { status, blockNumber, gasUsed, effectiveGasPrice } = await receiptOf(entry.hash)
        const onChain = {
          status,
          blockNumber: Number(blockNumber),
          feesWei: String(gasUsed * effectiveGasPrice),
        }
        expect(onChain).toEqual({ status: 'success', blockNumber: entry.blockNumber, feesWei: entry.feesWei })
      }
    },
    120_000,
  )

  it('is distinguished from a completed one by monitor and report', async () => {
    expect(killed.length).toBeGreaterThan(2)
    const [run = ''] = killed
    for (const args of [`monitor --file ${run}`, `report ${run}`]) {
      const { code, stderr } = await start(args).ended
      expect(code).not.toBe(0)
      expect(stderr).toContain('has no summary: the run')
      expect(stderr).toContain('wallets sweep')
    }
  }, 60_000)

  it('returns all funds to a user with the mnemonic and the range', async () => {
    const before = { funderWei: await client.getBalance({ address: funder }), heldWei: await held() }
    expect(before.heldWei).toBeGreaterThan(0n)
    const feesBefore = await feesOf(addresses)
    const { code, stdout, stderr } = await start(
      `wallets sweep --target ${testbed.file} --range 0-${users - 1} --json`,
    ).ended
    expect(code, stderr).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ wallets: users, leftWei: '0', failures: [] })
    expect(await held()).toBe(0n)
    const sweepFees = (await feesOf(addresses)) - feesBefore
    expect((await client.getBalance({ address: funder })) - before.funderWei).toBe(before.heldWei - sweepFees)
  }, 60_000)
})
