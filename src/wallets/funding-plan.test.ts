import fc from 'fast-check'
import { type Address, getAddress, parseEther } from 'viem'
import { describe, expect, it } from 'vitest'
import type { WalletBalance } from './funding-batch.ts'
import { checkAffordable, planFunding } from './funding-plan.ts'
import { type PaymentWay, paymentGas } from './payment-gas.ts'

const addressOf = (index: number): Address => getAddress(`0x${(index + 1).toString(16).padStart(40, '0')}`)
const ways = fc.constantFrom<PaymentWay>('multicall3', 'multisend', 'transfer')
const balances = fc.array(fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 2_000n })), { maxLength: 80 })
const toWallets = (list: readonly bigint[]): WalletBalance[] =>
  list.map((balanceWei, index) => ({ index, address: addressOf(index), balanceWei }))
const funder = addressOf(999)

describe('a funding plan', () => {
  it('brings every wallet to the amount and not a wei above, each paid once', () => {
    fc.assert(
      fc.property(balances, fc.bigInt({ min: 0n, max: 2_000n }), ways, (list, amountWei, way) => {
        const plan = planFunding(toWallets(list), { amountWei, way, maxFeePerGasWei: 3n })
        const after = [...list]
        for (const { payments, valueWei } of plan.batches) {
          expect(payments.reduce((sum, payment) => sum + payment.amountWei, 0n)).toBe(valueWei)
          for (const { index, address, amountWei: paid } of payments) {
            expect(address).toBe(addressOf(index))
            expect(paid).toBeGreaterThan(0n)
            after[index] = (after[index] ?? 0n) + paid
          }
        }
        for (const [i, balance] of list.entries()) {
          if (balance >= amountWei) expect(after[i]).toBe(balance)
          else expect(after[i]).toBe(amountWei)
        }
        expect(plan.payments + plan.satisfied).toBe(list.length)
      }),
    )
  })

  it('packs batches by gas and by count, and says what they cost at most', () => {
    fc.assert(
      fc.property(
        balances,
        ways,
        fc.integer({ min: 1, max: 30 }),
        fc.bigInt({ min: 100_000n, max: 2_000_000n }),
        (list, way, maxPaymentsPerTransaction, maxGasPerTransaction) => {
          const plan = planFunding(toWallets(list), {
            amountWei: 1_500n,
            way,
            maxFeePerGasWei: 7n,
            maxPaymentsPerTransaction,
            maxGasPerTransaction,
          })
          for (const { payments, gas } of plan.batches) {
            expect(payments.length).toBeGreaterThan(0)
            expect(payments.length).toBeLessThanOrEqual(way === 'transfer' ? 1 : maxPaymentsPerTransaction)
            expect(gas).toBeLessThanOrEqual(maxGasPerTransaction)
            const fresh = payments.filter(({ index }) => list[index] === 0n).length
            expect(gas).toBe(paymentGas(way, fresh, payments.length - fresh))
          }
          const gas = plan.batches.reduce((sum, batch) => sum + batch.gas, 0n)
          expect(plan.maxFeesWei).toBe(gas * 7n)
          expect(plan.valueWei).toBe(plan.batches.reduce((sum, batch) => sum + batch.valueWei, 0n))
        },
      ),
    )
  })

  it('has nothing left to do once it was executed', () => {
    fc.assert(
      fc.property(balances, ways, (list, way) => {
        const wallets = toWallets(list).map((wallet) => ({
          ...wallet,
          balanceWei: wallet.balanceWei > 900n ? wallet.balanceWei : 900n,
        }))
        const plan = planFunding(wallets, { amountWei: 900n, way, maxFeePerGasWei: 1n })
        expect(plan).toMatchObject({ batches: [], payments: 0, valueWei: 0n, maxFeesWei: 0n })
      }),
    )
  })

  it('pays 200 wallets in one transaction', () => {
    const plan = planFunding(toWallets(Array.from({ length: 200 }, () => 0n)), {
      amountWei: parseEther('0.1'),
      way: 'multicall3',
      maxFeePerGasWei: 1n,
    })
    expect(plan.batches).toHaveLength(1)
  })

  it('refuses a wallet that is named twice', () => {
    const [wallet] = toWallets([0n])
    const wallets = wallet ? [wallet, { ...wallet, index: 7 }] : []
    expect(() =>
      planFunding(wallets, { amountWei: 1n, way: 'multicall3', maxFeePerGasWei: 1n }),
    ).toThrowError(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  })
})

describe('the check of a plan', () => {
  const plan = planFunding(toWallets([0n, 0n]), {
    amountWei: parseEther('1'),
    way: 'transfer',
    maxFeePerGasWei: 1_000_000_000n,
  })
  const needed = parseEther('2.000042')

  it('lets a plan pass that is just affordable', () => {
    checkAffordable(plan, { spendableWei: needed, funder, funderBalanceWei: needed })
  })

  it('says how much is above the cap', () => {
    const limits = { spendableWei: parseEther('0.5'), funder, funderBalanceWei: needed }
    expect(() => checkAffordable(plan, limits)).toThrowError(
      expect.objectContaining({
        code: 'SPENDING_CAP',
        message: expect.stringContaining('only 0.5 VANA may be spent: 1.500042 VANA too little'),
        details: expect.objectContaining({ missingWei: String(parseEther('1.500042')) }),
      }),
    )
  })

  it('says how much the funder lacks', () => {
    const limits = { spendableWei: needed, funder, funderBalanceWei: needed - 1n }
    expect(() => checkAffordable(plan, limits)).toThrowError(
      expect.objectContaining({
        code: 'CHAIN_INSUFFICIENT_FUNDS',
        message: expect.stringContaining(funder),
        details: expect.objectContaining({ missingWei: '1' }),
      }),
    )
  })
})
