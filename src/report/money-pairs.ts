import type { Summary } from '../results/summary-schema.ts'
import type { Pair } from './document/document.ts'
import type { Inline } from './document/inline.ts'
import { formatVana, nothing } from './format-value.ts'

/** The movements of money; in HTML with the exact wei. */
export function moneyPairs(money: Summary['money']): Pair[] {
  if (money.unknownBecause !== undefined) return [['Money', `unknown: ${money.unknownBecause}`]]
  if (money.payer === 'relayer') {
    return [
      ['Relayer had', amount(money.fundedWei)],
      ['Relayer spent', amount(money.spentWei)],
      ['Relayer has left', amount(money.leftWei)],
    ]
  }
  return [
    ['Funded', amount(money.fundedWei)],
    ['Spent', amount(money.spentWei)],
    ['Swept back', amount(money.sweptWei)],
    ['Left', amount(money.leftWei)],
  ]
}

const amount = (wei: string | null): Inline =>
  wei === null ? nothing : { mark: 'rounded', text: formatVana(wei), exact: `${wei} wei` }
