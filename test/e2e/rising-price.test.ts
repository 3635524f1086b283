import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEther, parseGwei } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { moneyMismatch } from '../../src/results/money-balance.ts'
import { createAnvilClient } from '../../src/testbed/chain/anvil-client.ts'
import { startRun, summaryOf } from './run.fixture.ts'
import { startTestbed, type TestTestbed } from './testbed.fixture.ts'

let folder: string
let testbed: TestTestbed
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vana-load-test-'))
  testbed = await startTestbed(folder)
}, 120_000)
afterAll(async () => {
  await testbed?.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('a run whose gas gets dearer than its wallets were funded for', () => {
  it('tops them up, and no user fails', { timeout: 120_000 }, async () => {
    const run = startRisingRun('rising', '60', ['--max-spend', '12'])
    const { summary, code } = await run
    expect(summary.errors).toEqual([])
    expect(summary.users).toMatchObject({ succeeded: 20 })
    expect(summary.problems).toEqual([])
    expect(moneyMismatch(summary.money)).toBe(0n)
    expect(BigInt(summary.money.fundedWei ?? 0)).toBeGreaterThan(20n * parseEther('0.1'))
    expect(summary.funding?.waitMs.max).toBeGreaterThan(0)
    expect(summary.money.leftWei).toBe('0')
    expect(code).toBe(0)
  })

  it('is ended by its spending cap, and returns what is left', { timeout: 120_000 }, async () => {
    const { summary, code } = await startRisingRun('capped', '60', ['--max-spend', '2.4'])
    expect(summary.run.stopped).toMatchObject({ reason: 'spending-cap' })
    expect(summary.errors.map((error) => error.code)).toContain('SPENDING_CAP')
    expect(moneyMismatch(summary.money)).toBe(0n)
    expect(summary.money.leftWei).toBe('0')
    expect(code).toBe(5)
  })
})

/** Runs 20 users at 5/s; once their wallets are funded, the base fee is this many gwei until the run has ended. */
async function startRisingRun(name: string, gwei: string, flags: string[]) {
  const { chain, accounts } = testbed.target
  const client = createAnvilClient(chain.rpcUrls[0] ?? '', chain.id)
  const address = privateKeyToAddress(accounts?.funder ?? '0x')
  const paid = (): Promise<number> => client.getTransactionCount({ address })
  const before = await paid()
  const run = startRun(folder, name, ...['--target', testbed.file, '--users', '20', '--rate', '5'], ...flags)
  await expect.poll(paid, { timeout: 60_000 }).toBeGreaterThan(before)
  const raise = (): Promise<void> => client.setNextBlockBaseFeePerGas({ baseFeePerGas: parseGwei(gwei) })
  const raising = setInterval(() => void raise().catch(() => undefined), 100)
  try {
    return await summaryOf(run)
  } finally {
    clearInterval(raising)
    await client.setNextBlockBaseFeePerGas({ baseFeePerGas: parseGwei('1') })
  }
}
