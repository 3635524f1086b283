import type { Clock } from '../async/clock.ts'
import { ApiError } from './api-error.ts'
import { createGasAccounts } from './gas-accounts.ts'

/** How much gas may be paid for each of many users. */
export type GasBudget = {
  /** Charges a user, or throws ApiError `GAS_BUDGET_SPENT` with Retry-After. */
  charge(user: string, gas: bigint): void
  /** Gives back what was not spent after all. */
  refund(user: string, gas: bigint): void
}

/**
 * Makes a budget that each user has, in gas, and that grows again evenly over an hour.
 *
 * It bounds what one user can cost whatever the user does.
 *
 * @example const budget = createGasBudget(50_000_000n, clock); budget.charge(user, gas)
 */
export function createGasBudget(gasPerHour: bigint, clock: Clock, maxUsers = 50_000): GasBudget {
  const limit = Number(gasPerHour)
  const accounts = createGasAccounts(limit, clock, maxUsers)
  return {
    charge(user, gas) {
      const spent = accounts.spent(user) + Number(gas)
      if (spent <= limit) {
        accounts.set(user, spent)
        return
      }
      const message = `${user} has used up the ${gasPerHour} gas an hour that are paid for each user.`
      throw new ApiError('GAS_BUDGET_SPENT', message, {
        retryAfter: accounts.secondsUntilForgiven(spent - limit),
      })
    },
    refund: (user, gas) => accounts.set(user, accounts.spent(user) - Number(gas)),
  }
}
