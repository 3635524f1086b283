import { parseEther } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LoadTestApiServer } from '../../src/server/load-test-api-server.ts'
import { devAccounts } from '../../src/testbed/chain/dev-accounts.ts'
import { type ApiWorld, newUser, post, relayBody, startApiWorld } from './api-server.fixture.ts'

let world: ApiWorld
beforeAll(async () => {
  world = await startApiWorld({ blockTime: 0.2 })
})
afterAll(() => world.stop())

const { address } = devAccounts.relayer
const balance = () => world.chain.client.getBalance({ address })
const relayNew = async (server: LoadTestApiServer) => post(server, '/api/relay', await relayBody(newUser()))
/** Waits until every transaction is settled in the ledger. */
const settled = (server: LoadTestApiServer) =>
  expect.poll(() => server.stats().spending.open, { timeout: 20_000 }).toBe(0)

describe('the ledger of a relay', () => {
  it('has what the chain took from its keys, to the wei', async () => {
    const server = world.apiServer()
    const before = await balance()
    const answers = await Promise.all(Array.from({ length: 8 }, () => relayNew(server)))
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200))
    expect(BigInt(server.stats().spending.reservedWei)).toBeGreaterThan(0n)
    await settled(server)
    const { spending } = server.stats()
    expect(spending).toMatchObject({ capWei: null, reservedWei: '0', transactions: 8 })
    expect(BigInt(spending.spentWei)).toBe(before - (await balance()))
  })

  it('has what the contract refused in its block, too', async () => {
    const still = await startApiWorld({ blockTime: 'instant' })
    const { client } = still.chain
    await client.setAutomine(false)
    const server = still.apiServer()
    const before = await client.getBalance({ address })
    expect((await relayNew(server)).status).toBe(200)
    // What the simulation let through is refused when its block comes.
    await client.setCode({ address: still.chain.contracts.permissions, bytecode: '0x60006000fd' })
    await client.mine({ blocks: 1 })
    await settled(server)
    const { spending } = server.stats()
    expect(spending.transactions).toBe(1)
    expect(BigInt(spending.spentWei)).toBe(before - (await client.getBalance({ address })))
    const { transactions } = await client.getBlock({ includeTransactions: false })
    const receipts = await Promise.all(transactions.map((hash) => client.getTransactionReceipt({ hash })))
    expect(receipts.map(({ status }) => status)).toEqual(['reverted'])
    await still.stop()
  })

  it('respect a cap, whatever is in flight, and report it', async () => {
    const capWei = parseEther('0.02')
    const server = world.apiServer({ maxSpendWei: capWei })
    const before = await balance()
    const answers = await Promise.all(Array.from({ length: 30 }, () => relayNew(server)))
    const accepted = answers.filter(({ status }) => status === 200).length
    expect(accepted).toBeGreaterThan(0)
    expect(accepted).toBeLessThan(30)
    const refused = answers.filter(({ status }) => status !== 200)
    for (const { status, body } of refused) {
      expect({ status, ...body }).toMatchObject({ status: 402, code: 'SPENDING_CAP', retriable: false })
    }
    await settled(server)
    // What was accepted was not paid for in full, so there is room again, until there is none at all.
    for (let tries = 0; tries < 20; tries += 1) {
      if ((await relayNew(server)).status !== 200) break
      await settled(server)
    }
    expect((await relayNew(server)).body.code).toBe('SPENDING_CAP')
    const spentWei = before - (await balance())
    expect(BigInt(server.stats().spending.spentWei)).toBe(spentWei)
    expect(spentWei).toBeLessThanOrEqual(capWei)
  })
})
