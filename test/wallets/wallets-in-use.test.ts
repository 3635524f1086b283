import { parseEther } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Payer } from '../../src/wallets/payer.ts'
import { startWalletStack, type WalletStack } from './wallet-stack.fixture.ts'

const amountWei = parseEther('0.1')
let stack: WalletStack
beforeAll(async () => {
  stack = await startWalletStack()
})
afterAll(() => stack?.stop())

/** Funds three wallets from this number on; after their payment and before it is verified, something happens. */
async function fund(from: number, inUse: boolean, meanwhile: () => Promise<unknown>) {
  const payer = stack.payer()
  const interrupted: Payer = {
    ...payer,
    async pay(...args) {
      const paid = await payer.pay(...args)
      await meanwhile()
      return paid
    },
  }
  const ranges = [{ from, count: 3 }]
  return await stack.manager.fund({
    ranges,
    amountWei,
    payer: interrupted,
    inUse,
    maxSpendWei: amountWei * 4n,
  })
}

/** The wallet pays somebody. */
const spend = (index: number) => () =>
  stack
    .payer(stack.manager.wallet(index).privateKey)
    .pay({ to: stack.anvil.accounts.owner.address, data: '0x', valueWei: 5n, gas: 21_000n })

describe('funding wallets that are in use', () => {
  it('does not miss what one of them spends itself', async () => {
    expect(await fund(0, true, spend(1))).toMatchObject({ fundedWallets: 3, valueWei: amountWei * 3n })
    expect(await stack.balance(stack.manager.wallet(1).address)).toBeLessThan(amountWei)
  })

  it('misses what is gone from a wallet that spent nothing', async () => {
    const { address } = stack.manager.wallet(11)
    const vanish = () => stack.anvil.client.setBalance({ address, value: amountWei - 1n })
    await expect(fund(10, true, vanish)).rejects.toMatchObject({
      code: 'FUNDING_FAILED',
      message: expect.stringContaining('1 of 3 wallets hold less than they should: 11.'),
    })
  })

  it('is another matter than funding wallets that are not', async () => {
    await expect(fund(20, false, spend(21))).rejects.toMatchObject({ code: 'FUNDING_FAILED' })
  })
})
