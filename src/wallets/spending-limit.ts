import { formatEther } from 'viem'
import { LoadTestError } from '../errors/load-test-error.ts'

/** What may leave the funder, held by everything that spends in a run. */
export type SpendingLimit = {
  /**
   * Sets aside the most that a transaction can cost, before it is sent.
   *
   * @returns call it once, with what the transaction did cost. That can be more, if its fees had to be raised on the
   * way: then it counts as it is.
   * @throws LoadTestError SPENDING_CAP when less than that is left
   */
  reserve(maxWei: bigint): (actualWei: bigint) => void
  /** Counts what was paid after all, when its reservation had been settled without it. */
  charge(wei: bigint): void
  /** What can still be set aside. */
  leftWei(): bigint
  /** What transactions have cost. */
  spentWei(): bigint
}

/**
 * Makes a spending cap. What is set aside counts as spent until the transaction's cost is known, so the cap holds for
 * any number of transactions in flight.
 *
 * @example const settle = limit.reserve(valueWei + gas * maxFeePerGasWei); settle(valueWei + gasUsed * gasPrice)
 */
export function createSpendingLimit(maxSpendWei: bigint): SpendingLimit {
  let spent = 0n
  let reserved = 0n
  const left = (): bigint => {
    const wei = maxSpendWei - spent - reserved
    return wei > 0n ? wei : 0n
  }
  return {
    reserve(maxWei) {
      if (maxWei > left()) {
        const missing = maxWei - left()
        throw new LoadTestError(
          'SPENDING_CAP',
          `${formatEther(maxWei)} VANA more would go ${formatEther(missing)} VANA beyond the cap of ${formatEther(maxSpendWei)} VANA.`,
          {
            details: { neededWei: String(maxWei), capWei: String(maxSpendWei), missingWei: String(missing) },
          },
        )
      }
      reserved += maxWei
      let settled = false
      return (actualWei) => {
        if (settled) throw new LoadTestError('INTERNAL', 'A reservation was settled twice.')
        settled = true
        reserved -= maxWei
        spent += actualWei
      }
    },
    charge(wei) {
      spent += wei
    },
    leftWei: left,
    spentWei: () => spent,
  }
}
