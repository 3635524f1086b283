import { parseEther } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LoadTestError } from '../../src/errors/load-test-error.ts'
import {
  createFundingPool,
  type FundedBatch,
  type FundingPoolOptions,
} from '../../src/wallets/funding-pool.ts'
import { type IndexRange, indexesOf } from '../../src/wallets/index-range.ts'
import type { NewMoneyEntry } from '../../src/wallets/money-journal.ts'
import { createMoneyLedger } from '../../src/wallets/money-ledger.ts'
import type { BatchPayer } from '../../src/wallets/pay-batch.ts'
import type { Payer } from '../../src/wallets/payer.ts'
import { startWalletStack, type WalletStack } from './wallet-stack.fixture.ts'

const amountWei = parseEther('0.1')
const withCode = (code: string): unknown => expect.objectContaining({ code })

let stack: WalletStack
beforeAll(async () => {
  stack = await startWalletStack({ anvil: { blockTime: 0.2 } })
})
afterAll(() => stack?.stop())

let nextIndex = 0
const freshRange = (count: number): IndexRange => {
  const range = { from: nextIndex, count }
  nextIndex += count
  return range
}

async function startPool(
  range: IndexRange,
  options: Partial<FundingPoolOptions> & { batchPayer?: BatchPayer } = {},
) {
  const batches: FundedBatch[] = []
  const ledger = createMoneyLedger()
  const batchPayer = options.batchPayer ?? (await stack.batchPayer())
  const pool = createFundingPool({
    ...batchPayer,
    wallets: stack.manager.hd,
    users: indexesOf(range),
    amountWei,
    ledger,
    onBatch: (batch) => batches.push(batch),
    ...options,
  })
  return { pool, batches, ledger, payer: batchPayer.payer }
}

describe('a funding pool', () => {
  it('funds a small run in one transaction, and starts no user without funds', async () => {
    const range = freshRange(60)
    const { pool, batches } = await startPool(range)
    await Promise.all(
      [...stack.manager.wallets(range)].map(async ({ index, address }) => {
        await pool.ready(index)
        expect(await stack.balance(address)).toBe(amountWei)
      }),
    )
    expect(batches).toHaveLength(1)
    expect(pool.stats()).toMatchObject({
      fundedUsers: 60,
      failedUsers: 0,
      fundingUsers: 0,
      waitingUsers: 0,
      transactions: 1,
      fundedWei: 60n * amountWei,
    })
    await pool.stop()
  })

  it('stays ahead of those who come, and no further', async () => {
    const range = freshRange(60)
    const { pool, batches } = await startPool(range, { aheadUsers: 20, batchSize: 10 })
    await pool.ready(range.from + 19)
    await pool.stop()
    // Those up to the last that came, and at most 20 more.
    const { fundedUsers } = pool.stats()
    expect(fundedUsers).toBeGreaterThanOrEqual(20)
    expect(fundedUsers).toBeLessThanOrEqual(40)
    for (const { users } of batches) expect(users).toBeLessThanOrEqual(10)
    const status = await stack.manager.status({ range, amountWei })
    expect(status.funded).toBe(fundedUsers)
  })

  it('keeps ledger that balance to the wei, also for wallets that held something before', async () => {
    const range = freshRange(30)
    const payer = stack.payer()
    await stack.manager.fund({
      ranges: [{ from: range.from, count: 10 }],
      amountWei: amountWei / 3n,
      payer,
      maxSpendWei: parseEther('100'),
    })
    const before = await stack.balance(payer.address)
    const { pool, ledger } = await startPool(range, {
      batchPayer: await stack.batchPayer({ payer }),
      batchSize: 7,
    })
    for (const index of indexesOf(range)) await pool.ready(index)
    await pool.stop()
    const swept = await stack.manager.sweep({
      range,
      to: payer.address,
      onSwept: ({ sweptWei, feesWei }) => ledger.swept(sweptWei, feesWei),
    })
    const statement = ledger.close(swept.leftWei)
    expect(statement).toMatchObject({
      openingWei: 10n * (amountWei / 3n),
      fundedWei: 30n * amountWei,
      leftWei: 0n,
    })
    expect(statement.funderCostWei).toBe(before - (await stack.balance(payer.address)))
  })

  it('tells everybody who waits, and who comes later, that the cap is reached', async () => {
    const range = freshRange(30)
    const batchPayer = await stack.batchPayer({ maxSpendWei: parseEther('1.5') })
    const { pool } = await startPool(range, { batchPayer, aheadUsers: 20, batchSize: 10 })
    await pool.ready(range.from)
    await expect(pool.ready(range.from + 15)).rejects.toThrow(withCode('SPENDING_CAP'))
    await expect(pool.ready(range.from + 25)).rejects.toThrow(withCode('SPENDING_CAP'))
    await pool.ready(range.from + 9)
    await pool.stop()
    expect(batchPayer.limit.spentWei()).toBeLessThanOrEqual(parseEther('1.5'))
  })

  it('fails the users of a batch that can not be paid, and goes on with the others', async () => {
    const range = freshRange(20)
    const { address } = stack.manager.wallet(range.from + 3)
    await stack.anvil.client.setCode({ address, bytecode: '0x60006000fd' })
    const { pool, ledger, payer } = await startPool(range, { batchSize: 10, attempts: 2 })
    const before = await stack.balance(payer.address)
    await expect(pool.ready(range.from)).rejects.toThrow(withCode('FUNDING_FAILED'))
    await pool.ready(range.from + 10)
    await pool.stop()
    expect(pool.stats()).toMatchObject({ fundedUsers: 10, failedUsers: 10 })
    const { totalWei } = await stack.manager.status({ range, amountWei })
    const { fundingFeesWei } = ledger.close(totalWei)
    expect(before - (await stack.balance(payer.address))).toBe(10n * amountWei + fundingFeesWei)
  })

  it('starts no user whose payment Multisend silently skipped', async () => {
    const range = freshRange(3)
    const { address } = stack.manager.wallet(range.from + 1)
    await stack.anvil.client.setCode({ address, bytecode: '0x60006000fd' })
    const { multisend } = stack.anvil.contracts
    const batchPayer = await stack.batchPayer({ contracts: { multisend } })
    const { pool } = await startPool(range, { batchPayer, attempts: 1 })
    await expect(pool.ready(range.from + 1)).rejects.toThrow(withCode('FUNDING_FAILED'))
    await pool.stop()
  })

  it('refuses a wallet that is not one of the run', async () => {
    const range = freshRange(3)
    const { pool } = await startPool(range)
    await expect(pool.ready(range.from + 3)).rejects.toThrow(withCode('INTERNAL'))
    await pool.stop()
  })

  it('lets go of a user whose signal fires, and of all when it is stopped', async () => {
    const range = freshRange(40)
    const { pool } = await startPool(range, { aheadUsers: 5, batchSize: 5, maxBatches: 1 })
    const controller = new AbortController()
    const leaving = expect(pool.ready(range.from + 20, { signal: controller.signal })).rejects.toThrow(
      'enough',
    )
    const waiting = expect(pool.ready(range.from + 39)).rejects.toThrow(withCode('ABORTED'))
    controller.abort(new Error('enough'))
    await leaving
    await pool.stop()
    await waiting
    expect(pool.stats()).toMatchObject({ waitingUsers: 0, fundingUsers: 0 })
    await expect(pool.ready(range.from + 38)).rejects.toBeInstanceOf(LoadTestError)
  })

  it('writes each batch before it is sent, and what became of it', async () => {
    const range = freshRange(4)
    const lines: NewMoneyEntry[] = []
    const journal = { append: async (entry: NewMoneyEntry) => void lines.push(entry) }
    const { pool } = await startPool(range, { batchSize: 2, maxBatches: 1, journal })
    await pool.ready(range.from + 3)
    await pool.stop()
    expect(lines.map(({ type }) => type)).toEqual(['plan', 'sent', 'paid', 'plan', 'sent', 'paid'])
    expect(lines[0]).toMatchObject({
      batches: [[0, 1].map((i) => [range.from + i, String(amountWei)])],
    })
  })
})

describe('a payment that was given up and is mined after all', () => {
  /** Pays as `payer` does, but gives up the first payment as soon as it is sent. */
  function givingUp(payer: Payer, code: 'TX_NOT_CONFIRMED' | 'FUNDING_FAILED') {
    const first: Promise<unknown>[] = []
    const giving: Payer = {
      address: payer.address,
      async pay(call, options) {
        if (first.length > 0) return await payer.pay(call, options)
        first.push(payer.pay(call, options))
        await Promise.all(first)
        throw new LoadTestError(code, 'given up')
      },
    }
    return giving
  }

  it.each(['TX_NOT_CONFIRMED', 'FUNDING_FAILED'] as const)(
    'is in the ledger, the journal and the cap, though it ended in %s',
    async (code) => {
      const range = freshRange(3)
      const payer = stack.payer()
      const before = await stack.balance(payer.address)
      const batchPayer = await stack.batchPayer({ payer: givingUp(payer, code) })
      const lines: NewMoneyEntry[] = []
      const journal = { append: async (entry: NewMoneyEntry) => void lines.push(entry) }
      const { pool, ledger } = await startPool(range, { batchPayer, journal })
      await pool.ready(range.from).catch(() => undefined)
      await pool.stop()
      await pool.stop()
      const { totalWei } = await stack.manager.status({ range, amountWei })
      expect(totalWei).toBe(3n * amountWei)
      const { funderCostWei, fundingFeesWei } = ledger.close(totalWei)
      expect(before - (await stack.balance(payer.address))).toBe(funderCostWei)
      expect(batchPayer.limit.spentWei()).toBe(3n * amountWei + fundingFeesWei)
      expect(pool.stats()).toMatchObject({ openWei: 0n, transactions: 1, fundedWei: 3n * amountWei })
      expect(lines.filter(({ type }) => type === 'paid')).toMatchObject([
        { batch: 0, valueWei: String(3n * amountWei) },
      ])
    },
  )
})

describe('a payment that no block takes in time', () => {
  it('fails its users, is never paid again, and is in the ledger once it is mined', async () => {
    const slow = await startWalletStack()
    try {
      const { client } = slow.anvil
      await client.setAutomine(false)
      const payer = slow.payer(undefined, 300)
      const before = await slow.balance(payer.address)
      const ledger = createMoneyLedger()
      const batchPayer = await slow.batchPayer({ payer })
      const pool = createFundingPool({
        ...batchPayer,
        wallets: slow.manager.hd,
        users: [0, 1, 2],
        amountWei,
        ledger,
      })
      await expect(pool.ready(1)).rejects.toThrow(withCode('TX_NOT_CONFIRMED'))
      expect(batchPayer.limit.leftWei()).toBeLessThan(10n ** 22n - 3n * amountWei)
      expect(pool.stats().openWei).toBe(3n * amountWei)
      await client.setAutomine(true)
      await client.mine({ blocks: 1 })
      await pool.stop()
      const { totalWei } = await slow.manager.status({ range: { from: 0, count: 3 }, amountWei })
      expect(totalWei).toBe(3n * amountWei)
      const { funderCostWei } = ledger.close(totalWei)
      expect(before - (await slow.balance(payer.address))).toBe(funderCostWei)
    } finally {
      await slow.stop()
    }
  })
})
