import type { Clock } from '../async/clock.ts'
import { ApiError } from './api-error.ts'
import { createGasAccounts } from './gas-accounts.ts'

/** How much gas each of many users may waste on transactions that revert. */
export type RevertBudget = {
  /** @throws ApiError `REVERT_BUDGET_SPENT` with Retry-After, if a user has wasted as much as is allowed */
  requireLeft(user: string): void
  /** Charges a user with the gas that a reverted transaction has used. */
  charge(user: string, gasUsed: bigint): void
}

/**
 * Makes the budget of wasted gas that each user has, and that grows again evenly over an hour.
 *
 * A simulation can't see what a user sends elsewhere at the same moment, so a user can make the relay pay for transactions
 * that pass the simulation and revert. With one transaction of a user in flight at a time, and each charged before the next
 * is sent, one user wastes at most `gasPerHour` in any hour, the same again that had not been used before, and the gas of
 * one transaction.
 *
 * @example const budget = createRevertBudget(1_000_000n, clock); budget.requireLeft(user); budget.charge(user, receipt.gasUsed)
 */
export function createRevertBudget(gasPerHour: bigint, clock: Clock, maxUsers = 50_000): RevertBudget {
  const limit = Number(gasPerHour)
  const accounts = createGasAccounts(limit, clock, maxUsers)
  return {
    requireLeft(user) {
      const spent = accounts.spent(user)
      if (spent < limit) return
      const message =
        `Transactions of ${user} reverted after they passed the simulation, which wasted ${Math.round(spent)} gas; ` +
        `${gasPerHour} an hour are paid for each user.`
      throw new ApiError('REVERT_BUDGET_SPENT', message, {
        retryAfter: accounts.secondsUntilForgiven(spent - limit),
      })
    },
    charge: (user, gasUsed) => accounts.set(user, accounts.spent(user) + Number(gasUsed)),
  }
}
