import type { Disperser } from './disperse-call.ts'

/** How an account is paid: through a contract, or with a transfer of its own. */
export type PaymentWay = Disperser['kind'] | 'transfer'

/**
 * Upper bounds of the gas of a payment, by way: for the transaction, for an account that is new to the chain, for one
 * that is not.
 *
 * Measured on anvil with these contracts: Multicall3 22,200 + 37,750 or 12,750 each, Multisend 31,000 + 35,500 or
 * 10,500 each, the same from 1 to 300 accounts; the bounds are some 8 % above.
 */
const gasBounds: Record<PaymentWay, { base: bigint; fresh: bigint; known: bigint }> = {
  multicall3: { base: 30_000n, fresh: 41_000n, known: 14_000n },
  multisend: { base: 40_000n, fresh: 38_500n, known: 12_000n },
  transfer: { base: 21_000n, fresh: 0n, known: 0n },
}

/**
 * The most gas that one transaction paying these accounts uses.
 *
 * @param fresh accounts that may be new to the chain; making one costs 25,000 gas
 * @param known accounts that are on it
 */
export function paymentGas(way: PaymentWay, fresh: number, known: number): bigint {
  const bounds = gasBounds[way]
  return bounds.base + bounds.fresh * BigInt(fresh) + bounds.known * BigInt(known)
}
