import fc from 'fast-check'
import type { Hash } from 'viem'
import { describe, expect, it } from 'vitest'
import { createMoneyLedger, type MoneyLedger } from './money-ledger.ts'

const amounts = fc.bigInt({ min: 0n, max: 10n ** 24n })
const actions = fc.array(
  fc.record({
    kind: fc.constantFrom('open', 'fund', 'spend', 'void', 'sweep'),
    wei: amounts,
    feeWei: amounts,
  }),
  { maxLength: 60 },
)
const hashOf = (n: number): Hash => `0x${n.toString(16).padStart(64, '0')}`
const mismatch = (differenceWei: bigint): unknown =>
  expect.objectContaining({
    code: 'MONEY_MISMATCH',
    details: expect.objectContaining({ differenceWei: String(differenceWei) }),
  })

/** Plays the actions on imagined wallets, and tells what they and the funder have in the end. */
function play(ledger: MoneyLedger, list: readonly { kind: string; wei: bigint; feeWei: bigint }[]) {
  let wallets = 0n
  let funder = 0n
  for (const [n, { kind, wei, feeWei }] of list.entries()) {
    if (kind === 'open') {
      wallets += wei
      ledger.opened(wei)
    } else if (kind === 'fund') {
      wallets += wei
      funder -= wei + feeWei
      ledger.funded(wei, feeWei)
    } else if (kind === 'spend' || kind === 'void') {
      ledger.submitted(hashOf(n))
      if (kind === 'void') {
        ledger.voided(hashOf(n))
        continue
      }
      const gasUsed = feeWei % 1_000_000n
      const effectiveGasPrice = wei % 1_000_000_000n
      wallets -= gasUsed * effectiveGasPrice
      ledger.settled(hashOf(n), { gasUsed, effectiveGasPrice })
    } else {
      wallets -= wei + feeWei
      funder += wei
      ledger.swept(wei, feeWei)
    }
  }
  return { wallets, funder }
}

describe('a money ledger', () => {
  it('balances to the wei whatever happened, and knows what the funder is poorer by', () => {
    fc.assert(
      fc.property(actions, (list) => {
        const ledger = createMoneyLedger()
        const { wallets, funder } = play(ledger, list)
        const statement = ledger.close(wallets)
        const { fundedWei, spentWei, sweptWei, leftWei } = statement
        expect(fundedWei).toBe(spentWei + sweptWei + leftWei)
        expect(statement.funderCostWei).toBe(-funder)
        expect(ledger.unsettled()).toEqual([])
      }),
    )
  })

  it('notices every wei that went another way, and says how many', () => {
    fc.assert(
      fc.property(
        actions,
        fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }).filter((wei) => wei !== 0n),
        (list, stray) => {
          const ledger = createMoneyLedger()
          const { wallets } = play(ledger, list)
          expect(() => ledger.close(wallets - stray)).toThrowError(mismatch(stray))
        },
      ),
    )
  })

  it('charges a transaction once, however often it is settled', () => {
    const ledger = createMoneyLedger()
    ledger.funded(100n, 1n)
    ledger.submitted(hashOf(1))
    expect(ledger.unsettled()).toEqual([hashOf(1)])
    ledger.settled(hashOf(1), { gasUsed: 5n, effectiveGasPrice: 2n })
    ledger.settled(hashOf(1), { gasUsed: 5n, effectiveGasPrice: 2n })
    expect(ledger.close(90n)).toMatchObject({ spentWei: 10n, leftWei: 90n, fundingFeesWei: 1n })
  })

  it('counts what the chain has in the end, however often blocks are taken back', () => {
    const paid = fc.record({ gasUsed: fc.bigInt(1n, 9n), effectiveGasPrice: fc.bigInt(1n, 9n) })
    const transaction = fc.record({
      isSweep: fc.boolean(),
      /** The receipt in each block that had it, all but the last of them taken back. */
      receipts: fc.array(paid, { minLength: 1, maxLength: 4 }),
      /** Whether the last block went too, and the transaction never came back. */
      isLost: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(transaction, { maxLength: 20 }), (list) => {
        const ledger = createMoneyLedger()
        ledger.funded(10_000n, 0n)
        let leftWei = 10_000n
        for (let round = 0; round < 5; round += 1) {
          if (round > 0) ledger.reopen()
          for (const [n, { isSweep, receipts, isLost }] of list.entries()) {
            const hash = hashOf(n)
            const isLast = round >= receipts.length - 1
            const receipt = receipts[isLast ? receipts.length - 1 : round]
            if (receipt === undefined) continue
            if (round === 0 && !isSweep) ledger.submitted(hash)
            const costWei = receipt.gasUsed * receipt.effectiveGasPrice
            if (isSweep && round === 0) ledger.swept(7n, costWei, hash)
            else if (round < 4 || !isLost) ledger.settled(hash, receipt)
            if (round === 4 && !isLost) leftWei -= costWei + (isSweep ? 7n : 0n)
          }
        }
        expect(ledger.close(leftWei).leftWei).toBe(leftWei)
        expect(ledger.unsettled()).toHaveLength(list.filter(({ isLost }) => isLost).length)
      }),
    )
  })

  it('counts a sweep once that is taken back and sent again as it was', () => {
    const ledger = createMoneyLedger()
    ledger.funded(100n, 0n)
    ledger.swept(95n, 5n, hashOf(1))
    ledger.reopen()
    ledger.swept(95n, 5n, hashOf(1))
    ledger.settled(hashOf(1), { gasUsed: 5n, effectiveGasPrice: 1n })
    ledger.swept(95n, 5n, hashOf(1))
    expect(ledger.close(0n)).toMatchObject({ sweptWei: 95n, spentWei: 5n })
    expect(ledger.unsettled()).toEqual([])
  })

  it('returns nothing to the funder with a sweep that reverts in its next block', () => {
    const ledger = createMoneyLedger()
    ledger.funded(100n, 0n)
    ledger.swept(95n, 5n, hashOf(1))
    ledger.reopen()
    ledger.reopen()
    ledger.settled(hashOf(1), { gasUsed: 5n, effectiveGasPrice: 1n, status: 'reverted' })
    expect(ledger.close(95n)).toMatchObject({ sweptWei: 0n, spentWei: 5n })
  })

  it('says when the end of a transaction is not known', () => {
    const ledger = createMoneyLedger()
    ledger.funded(100n, 0n)
    ledger.submitted(hashOf(1))
    expect(() => ledger.close(90n)).toThrowError(/end of 1 transactions is not known/)
    expect(ledger.close(100n).leftWei).toBe(100n)
  })
})
