import { type Address, formatEther, parseEther } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { watchReorgs } from '../../src/chain/blocks/reorg-watch.ts'
import type { LoadTestConfig } from '../../src/config/load-test-config.ts'
import type { Target } from '../../src/config/target.ts'
import type { TargetConnection } from '../../src/flow/connect-target.ts'
import { moneyMismatch } from '../../src/results/money-balance.ts'
import { openFunding } from '../../src/run/open-funding.ts'
import { startWalletStack, type WalletStack } from './wallet-stack.fixture.ts'

const amountWei = parseEther('0.1')
const users = 3
const { signal } = new AbortController()

let stack: WalletStack
beforeAll(async () => {
  stack = await startWalletStack()
})
afterAll(() => stack?.stop())

let firstIndex = 0
/** The funding of a run of three users with wallets of its own. */
function openRun(fundingWei = amountWei) {
  const { rpc, feed, fees, hub, anvil, manager } = stack
  const from = firstIndex
  firstIndex += users
  const config = {
    users,
    target: 'target.json',
    seed: '1',
    load: { part: { index: 0, count: 1 } },
    wallets: { fundingWei, fundingWorkers: 2, sweep: true, firstIndex: from },
    limits: { maxSpendWei: parseEther('100000000'), allowMainnet: false },
    secrets: {},
  } as unknown as LoadTestConfig
  const target = {
    chain: { id: anvil.chainId, rpcUrls: [anvil.rpcUrl], contracts: anvil.contracts },
    accounts: { funder: anvil.accounts.funder.privateKey },
  } as unknown as Target
  return openFunding({
    config,
    target,
    connection: { rpc, feed, fees, reorgs: watchReorgs(feed), receipts: hub } as TargetConnection,
    wallets: { user: (k) => manager.wallet(from + k) },
    journalFile: undefined,
    note: () => {},
    onBatch: () => {},
    signal,
    forced: signal,
  })
}
const funder = (): Address => stack.anvil.accounts.funder.address
const allFunded = ({ pool }: Awaited<ReturnType<typeof openRun>>) =>
  Promise.all([0, 1, 2].map((user) => pool.ready(user)))

describe('the money of a run', () => {
  it('is refused before anything is sent when the funder lacks some, gas included', async () => {
    const heldWei = await stack.balance(funder())
    const sent = () => stack.anvil.client.getTransactionCount({ address: funder() })
    const before = await sent()
    const opening = openRun(heldWei / BigInt(users))
    await expect(opening).rejects.toMatchObject({
      code: 'CHAIN_INSUFFICIENT_FUNDS',
      message: expect.stringContaining(`has ${formatEther(heldWei)} VANA`),
      hint: expect.stringContaining('Nothing was sent'),
    })
    expect(await sent()).toBe(before)
  })

  it('is in the ledger to the wei when all of it comes back', async () => {
    const run = await openRun()
    await allFunded(run)
    await run.pool.stop()
    const { statement, problems } = await run.settle()
    expect(problems).toEqual([])
    expect(statement).toMatchObject({ fundedWei: String(3n * amountWei), leftWei: '0' })
    expect(moneyMismatch(statement)).toBe(0n)
    await run.close()
  })

  it('is paid by a funder that no other funding gets until the last payment is in a block', async () => {
    const run = await openRun()
    const fundMore = () =>
      stack.manager.fund({
        ranges: [{ from: 500, count: 1 }],
        amountWei,
        payer: stack.payer(),
        maxSpendWei: parseEther('1'),
      })
    await allFunded(run)
    await expect(fundMore()).rejects.toMatchObject({
      code: 'FUNDER_BUSY',
      message: expect.stringContaining(`Process ${process.pid} (since`),
    })
    await run.settle()
    expect(await fundMore()).toMatchObject({ fundedWallets: 1 })
    await run.close()
  })

  it('is left where it is, and said to be, when it can not be swept', async () => {
    const run = await openRun()
    await allFunded(run)
    await run.pool.stop()
    const { client } = stack.anvil
    await client.setCode({ address: funder(), bytecode: '0x60006000fd' })
    try {
      const { statement, problems } = await run.settle()
      expect(problems).toMatchObject([
        { code: 'CONFIG_INVALID', message: expect.stringContaining('has code') },
      ])
      expect(statement).toMatchObject({ sweptWei: '0', leftWei: String(3n * amountWei) })
      expect(moneyMismatch(statement)).toBe(0n)
    } finally {
      await client.setCode({ address: funder(), bytecode: '0x' })
      await run.close()
    }
  })

  it('does not mind a transaction in no block once its wallet is empty and not a wei is missing', async () => {
    const run = await openRun()
    await allFunded(run)
    await run.pool.stop()
    run.ledger.submitted(`0x${'cd'.repeat(32)}`)
    const { statement, problems } = await run.settle()
    expect({ problems, mismatch: moneyMismatch(statement) }).toEqual({ problems: [], mismatch: 0n })
    await run.close()
  })

  it('shows in the four figures what the ledger do not know of', async () => {
    const run = await openRun()
    await allFunded(run)
    await run.pool.stop()
    const hash = `0x${'ab'.repeat(32)}` as const
    run.ledger.submitted(hash)
    run.ledger.funded(7n, 0n)
    const { statement, problems } = await run.settle()
    expect(moneyMismatch(statement)).toBe(7n)
    expect(problems).toMatchObject([
      { code: 'TX_NOT_CONFIRMED', message: expect.stringContaining('1 transactions') },
    ])
    await run.close()
  })
})
