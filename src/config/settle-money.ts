import { formatAmount } from './kinds/amount.ts'
import type { Problem } from './problem.ts'
import type { Resolved } from './resolve-parameters.ts'
import type { Source } from './source.ts'

/** Sets the spending cap where nothing else does, in place. */
export function settleMoney(values: Map<string, Resolved>, problems: Problem[], notes: string[]): void {
  const users = values.get('users')?.value
  const funding = values.get('wallets.funding')?.value
  if (typeof users === 'number' && typeof funding === 'bigint') {
    const needed = BigInt(users) * funding
    const cap = values.get('limits.maxSpend')?.value
    if (cap === undefined) {
      if (values.get('limits.allowMainnet')?.value === true) {
        problems.push({
          key: 'limits.maxSpend',
          found: 'missing --max-spend: mainnet requires a spending cap',
        })
      }
      const source: Source = { kind: 'derived', from: 'from users x funding + 10 %' }
      values.set('limits.maxSpend', { value: (needed * 11n) / 10n, source })
    } else if (typeof cap === 'bigint' && cap < needed) {
      const vana = (wei: bigint): string => formatAmount(wei, 'vana')
      notes.push(
        `The spending cap of ${vana(cap)} VANA is less than ${users} users x ${vana(funding)} = ${vana(needed)} VANA:` +
          ' the run stops at the cap unless wallets are funded already.',
      )
    }
  }
}
