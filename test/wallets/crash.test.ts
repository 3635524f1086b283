import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Address, parseEther } from 'viem'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRandom } from '../../src/random/random.ts'
import type { MoneyEntry } from '../../src/wallets/money-journal.ts'
import { readMoneyJournal } from '../../src/wallets/read-money-journal.ts'
import { until } from './until.fixture.ts'
import { mnemonic, startWalletStack, type WalletStack } from './wallet-stack.fixture.ts'

// Each test starts Node several times.
vi.setConfig({ testTimeout: 180_000 })

const program = fileURLToPath(new URL('move-money.process.mjs', import.meta.url))
const amountWei = parseEther('0.1')
const count = 40
const range = { from: 0, count }

let stack: WalletStack
let folder: string
let journalPath: string
const children = new Set<ChildProcess>()
beforeEach(async () => {
  stack = await startWalletStack({ anvil: { blockTime: 0.5 } })
  folder = await mkdtemp(join(tmpdir(), 'vana-load-crash-'))
  journalPath = join(folder, 'journal.ndjson')
})
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  await stack.stop()
  await rm(folder, { recursive: true })
})

type Way = 'multicall3' | 'transfer'

/** Starts the process; `ended` tells whether it came to its end. */
function start(action: 'fund' | 'sweep', way: Way) {
  const args = [program, action, stack.anvil.rpcUrl, mnemonic, String(count), way, journalPath]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  children.add(child)
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const ended = new Promise<boolean>((resolve) => {
    child.on('close', () => {
      children.delete(child)
      resolve(output.includes('done'))
    })
  })
  return { child, ended }
}

/** Kills the process as soon as the condition holds; true if it had come to its end before. */
async function killWhen(
  { child, ended }: ReturnType<typeof start>,
  condition: () => Promise<boolean>,
): Promise<boolean> {
  let isOver = false
  void ended.then(() => {
    isOver = true
  })
  await until(async () => isOver || (await condition()))
  child.kill('SIGKILL')
  return await ended
}

async function journal(): Promise<MoneyEntry[]> {
  const entries: MoneyEntry[] = []
  for await (const entry of readMoneyJournal(journalPath)) entries.push(entry)
  return entries
}

/** What accounts have paid for gas since the chain began, from every block there is. */
async function feesOf(...accounts: Address[]): Promise<bigint> {
  const { client } = stack.anvil
  const payers = new Set(accounts.map((address) => address.toLowerCase()))
  const last = await client.getBlockNumber()
  let feesWei = 0n
  for (let blockNumber = 0n; blockNumber <= last; blockNumber += 1n) {
    const { transactions } = await client.getBlock({ blockNumber })
    for (const hash of transactions) {
      const { from, gasUsed, effectiveGasPrice } = await client.getTransactionReceipt({ hash })
      if (payers.has(from.toLowerCase())) feesWei += gasUsed * effectiveGasPrice
    }
  }
  return feesWei
}

describe('funding that is killed at any moment', () => {
  it.each<Way>(['multicall3', 'transfer'])(
    'pays every wallet exactly once when it is run again (%s)',
    async (way) => {
      const random = createRandom('crash', way)
      const { client, accounts } = stack.anvil
      const { address } = accounts.funder
      const before = await stack.balance(address)
      const sentSoFar = () => client.getTransactionCount({ address, blockTag: 'pending' })
      let kills = 0
      for (const _ of Array.from({ length: 3 })) {
        // Some transactions further than it was left; the moment within is up to chance.
        const target = (await sentSoFar()) + Math.floor(random() * 4)
        const isDone = await killWhen(start('fund', way), async () => {
          const isPlanned = (await journal()).some(({ type }) => type === 'plan')
          return isPlanned && (await sentSoFar()) >= target
        })
        if (!isDone) kills += 1
      }
      expect(kills).toBeGreaterThan(0)
      expect(await start('fund', way).ended).toBe(true)

      const status = await stack.manager.status({ range, amountWei })
      expect(status).toMatchObject({ funded: count, totalWei: BigInt(count) * amountWei })
      const spent = before - (await stack.balance(address))
      expect(spent).toBe(BigInt(count) * amountWei + (await feesOf(address)))
      expect((await journal()).at(-1)?.type).toBe('verified')
    },
  )
})

describe('sweeping that is killed at any moment', () => {
  it('returns everything, to the wei, when it is run again', async () => {
    const payer = stack.payer()
    await stack.manager.fund({ ranges: [range], amountWei, payer, maxSpendWei: parseEther('100') })
    const before = await stack.balance(payer.address)
    const left = async () => (await stack.manager.status({ range, amountWei })).totalWei
    let kills = 0
    for (const goal of [35n, 25n, 10n]) {
      const isDone = await killWhen(
        start('sweep', 'multicall3'),
        async () => (await left()) <= goal * amountWei,
      )
      if (!isDone) kills += 1
    }
    expect(kills).toBeGreaterThan(0)
    expect(await start('sweep', 'multicall3').ended).toBe(true)

    expect(await left()).toBe(0n)
    const feesWei = await feesOf(...[...stack.manager.wallets(range)].map(({ address }) => address))
    expect((await stack.balance(payer.address)) - before).toBe(BigInt(count) * amountWei - feesWei)
  })
})
