import { parseEther } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Lane } from '../../src/chain/lanes/lane.ts'
import { toNativeAccount } from '../../src/crypto/native-account.ts'
import { noticeOthers } from '../../src/wallets/notice-others.ts'
import { createPayer } from '../../src/wallets/payer.ts'
import { startWalletStack, type WalletStack } from './wallet-stack.fixture.ts'

const amountWei = parseEther('0.1')
const maxSpendWei = parseEther('10')

let stack: WalletStack
beforeAll(async () => {
  stack = await startWalletStack()
})
afterAll(() => stack?.stop())

describe('two programs that pay with one key', () => {
  it('are warned of each other once, and still pay every wallet once', async () => {
    const account = toNativeAccount(stack.anvil.accounts.funder.privateKey)
    const notes: string[] = []
    const lane = new Lane({
      ...stack,
      account,
      onRepair: noticeOthers(account.address, (text) => notes.push(text)),
    })
    const [own, other] = [createPayer({ ...stack, lane }), stack.payer()]
    const told: number[] = []
    try {
      for (const [turn, payer] of [own, own, other, own, other, own].entries()) {
        const ranges = [{ from: turn * 3, count: 3 }]
        await stack.manager.fund({ ranges, amountWei, payer, maxSpendWei })
        told.push(notes.length)
      }
    } finally {
      lane.close()
    }
    expect(told).toEqual([0, 0, 0, 1, 1, 1])
    expect(notes).toEqual([expect.stringContaining(`the funder's key (${account.address})`)])
    expect(notes[0]).toContain('VANA_LOAD_FUNDER_PRIVATE_KEYS')
    const status = await stack.manager.status({ range: { from: 0, count: 18 }, amountWei })
    expect(status).toMatchObject({ funded: 18, totalWei: 18n * amountWei })
  })
})
