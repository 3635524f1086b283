import type { Summary } from './summary-schema.ts'

/** What a run funded, spent, swept back and left, in wei. */
export type Money = Summary['money']

/** Nothing was funded, or nothing is known. */
export const noMoney: Money = { fundedWei: null, spentWei: null, sweptWei: null, leftWei: null }

/**
 * By how much funded differs from spent + swept + left, in wei; 0n when they are equal, `null` when not all are known.
 *
 * @example moneyMismatch({ fundedWei: '10', spentWei: '4', sweptWei: '5', leftWei: '1' }) // 0n
 */
export function moneyMismatch({ fundedWei, spentWei, sweptWei, leftWei }: Money): bigint | null {
  if (fundedWei === null || spentWei === null || sweptWei === null || leftWei === null) return null
  return BigInt(fundedWei) - BigInt(spentWei) - BigInt(sweptWei) - BigInt(leftWei)
}
