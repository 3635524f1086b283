import { type Kind, kindOf } from './kind.ts'

const decimalsOf = { vana: 18, gwei: 9, wei: 0 } as const
const largestUnit = 10n ** 30n

/** A unit of VANA. */
export type CoinUnit = keyof typeof decimalsOf

/**
 * Reads an amount such as `0.1`, `0.1 VANA`, `5gwei` or `100 wei`, exactly.
 *
 * @param bareUnit the unit of a number without one
 * @returns wei; `undefined` for anything else, and for a fraction of a wei
 * @example parseAmount('0.1', 'vana') // 100000000000000000n
 */
export function parseAmount(text: string, bareUnit: CoinUnit): bigint | undefined {
  const match = /^(\d+)(?:\.(\d+))?\s*(vana|gwei|wei)?$/i.exec(text)
  if (!match) return undefined
  const [, whole = '0', fraction = '', unit = bareUnit] = match
  const decimals = decimalsOf[unit.toLowerCase() as CoinUnit]
  const significant = fraction.replace(/0+$/, '')
  if (significant.length > decimals) return undefined
  return BigInt(whole + significant.padEnd(decimals, '0'))
}

/**
 * Writes wei as a decimal number of the unit, exactly.
 *
 * @example formatAmount(100000000000000000n, 'vana') // '0.1'
 */
export function formatAmount(wei: bigint, unit: CoinUnit): string {
  const decimals = decimalsOf[unit]
  const digits = wei.toString().padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals)
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '')
  return fraction === '' ? whole : `${whole}.${fraction}`
}

/**
 * The kind of an amount of VANA, or of a price per gas, in wei.
 *
 * @example amount({ bareUnit: 'vana' })
 */
export function amount(options: { bareUnit: 'vana' | 'gwei' }): Kind<bigint> {
  const { bareUnit } = options
  const name = bareUnit === 'vana' ? 'VANA' : 'gwei'
  return kindOf({
    read: (text) => {
      const wei = parseAmount(text, bareUnit)
      return wei !== undefined && wei < largestUnit ? wei : undefined
    },
    allowed: `an amount such as 0.1, 5gwei or 100wei (a bare number is ${name})`,
    show: (wei) => `${formatAmount(wei, bareUnit)} ${name}`,
  })
}
