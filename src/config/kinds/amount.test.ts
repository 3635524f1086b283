import fc from 'fast-check'
import { formatEther, parseEther, parseGwei } from 'viem'
import { describe, expect, it } from 'vitest'
import { amount, formatAmount, parseAmount } from './amount.ts'

describe('parseAmount', () => {
  it('reads VANA, gwei and wei exactly', () => {
    expect(parseAmount('0.1', 'vana')).toBe(parseEther('0.1'))
    expect(parseAmount('0.1 VANA', 'gwei')).toBe(parseEther('0.1'))
    expect(parseAmount('12.5gwei', 'vana')).toBe(parseGwei('12.5'))
    expect(parseAmount('1 wei', 'vana')).toBe(1n)
    expect(parseAmount('0.000000000000000001', 'vana')).toBe(1n)
    expect(parseAmount('1.500', 'wei')).toBeUndefined()
    expect(parseAmount('2.000', 'wei')).toBe(2n)
  })

  it.each(['', '-1', '1,5', '0x10', '1 ETH', '.5', '0.0000000000000000001'])('refuses %j', (text) => {
    expect(parseAmount(text, 'vana')).toBeUndefined()
  })

  it('reads back what formatAmount writes, which is what viem writes', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 29n }), (wei) => {
        expect(formatAmount(wei, 'vana')).toBe(formatEther(wei))
        expect(parseAmount(formatAmount(wei, 'vana'), 'vana')).toBe(wei)
        expect(amount({ bareUnit: 'gwei' }).read(amount({ bareUnit: 'gwei' }).show(wei))).toBe(wei)
      }),
    )
  })
})
