import { describe, expect, it } from 'vitest'
import { moneyMismatch } from '../results/money-balance.ts'
import { balance } from './relayer-money.ts'

const address = `0x${'11'.repeat(20)}` as const
/** Lanes that had so much, had sent so often by the chain's count, and of that so much by the API server's. */
const standing = (
  balanceWei: bigint,
  nonces: number,
  spentWei: bigint,
  transactions = nonces,
  sent = nonces,
) => ({
  balanceWei,
  nonces,
  page: {
    requests: { active: 0 },
    lanes: [{ address, sent }],
    spending: { spentWei, transactions, open: 0 },
  },
})
const before = standing(1000n, 7, 50n, 3, 3)
const ended = { relayed: 2, perhaps: 0 }

describe('the money of a relayed run', () => {
  it('is what the lanes had, paid and have left', () => {
    const money = balance(before, standing(960n, 9, 90n, 5, 5), ended)
    expect(money).toEqual({
      fundedWei: '1000',
      spentWei: '40',
      sweptWei: '0',
      leftWei: '960',
      payer: 'relayer',
    })
    expect(moneyMismatch(money)).toBe(0n)
  })

  it('does not reconcile when the lanes paid what the API server has no receipt of', () => {
    expect(moneyMismatch(balance(before, standing(959n, 9, 90n, 5, 5), ended))).toBe(1n)
  })

  it.each([
    ['others send with the lanes', standing(900n, 10, 90n, 5, 5)],
    ['relayed for others', standing(920n, 10, 130n, 6, 6)],
    ['received', standing(961n, 9, 90n, 5, 5)],
    ['started anew', standing(960n, 9, 10n, 1, 1)],
  ])('is not known when %s', (reason, after) => {
    expect(balance(before, after, ended)).toMatchObject({
      fundedWei: null,
      spentWei: null,
      sweptWei: null,
      leftWei: null,
      unknownBecause: expect.stringContaining(reason),
    })
  })
})
