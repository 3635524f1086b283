import type { Summary } from './summary-schema.ts'

/** Funds of a run that were paid in, spent, swept back and left, in wei. */
export type Money = Summary['money']

/** Money of a run, with the problems found. */
export type MoneySettlement = { statement: Money; problems: { code: string; message: string }[] }

/** Nothing was funded, or the money is unknown. */
export const noMoney: Money = { fundedWei: null, spentWei: null, sweptWei: null, leftWei: null }

/**
 * Adds up the money of two runs. Unknown amounts count as 0. Lanes of a relayer have the same money in both, one after the
 * other.
 *
 * @example summaries.map(({ money }) => money).reduce(addMoney, noMoney)
 */
export function addMoney(a: Money, b: Money): Money {
  if (a.payer === 'relayer' || b.payer === 'relayer') {
    return {
      fundedWei: a.fundedWei ?? b.fundedWei,
      spentWei: addWei(a.spentWei, b.spentWei),
      sweptWei: addWei(a.sweptWei, b.sweptWei),
      leftWei: b.leftWei ?? a.leftWei,
      payer: 'relayer',
    }
  }
  const add = (key: 'fundedWei' | 'spentWei' | 'sweptWei' | 'leftWei'): string | null =>
    addWei(a[key], b[key])
  return {
    fundedWei: add('fundedWei'),
    spentWei: add('spentWei'),
    sweptWei: add('sweptWei'),
    leftWei: add('leftWei'),
  }
}

const addWei = (a: string | null, b: string | null): string | null =>
  a === null || b === null ? (a ?? b) : String(BigInt(a) + BigInt(b))

/**
 * Returns funded minus spent, swept and left, in wei: 0n if the money reconciles, `null` if not all amounts are known.
 *
 * @example moneyMismatch({ fundedWei: '10', spentWei: '4', sweptWei: '5', leftWei: '1' }) // 0n
 */
export function moneyMismatch({ fundedWei, spentWei, sweptWei, leftWei }: Money): bigint | null {
  if (fundedWei === null || spentWei === null || sweptWei === null || leftWei === null) return null
  return BigInt(fundedWei) - BigInt(spentWei) - BigInt(sweptWei) - BigInt(leftWei)
}

/** Returns the problem if this money does not reconcile. */
export function mismatchOf(money: Money): { code: 'MONEY_MISMATCH'; message: string }[] {
  const mismatch = moneyMismatch(money)
  if (mismatch === null || mismatch === 0n) return []
  const message = `Funded minus spent, swept and left is ${mismatch} wei; it must be 0.`
  return [{ code: 'MONEY_MISMATCH', message }]
}
