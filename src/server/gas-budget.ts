import type { Clock } from '../async/clock.ts'
import { ApiError } from './api-error.ts'

/** How much gas may be paid for each of many users. */
export type GasBudget = {
  /** Charges a user, or throws ApiError `GAS_BUDGET_SPENT` with Retry-After. */
  charge(user: string, gas: bigint): void
  /** Gives back what was not spent after all. */
  refund(user: string, gas: bigint): void
}

const hourMs = 3_600_000

/**
 * Makes a budget that each user has, in gas, and that grows again evenly over an hour.
 *
 * It bounds what one user can cost whatever the user does: also transactions that pass the simulation and then revert,
 * because the user has sent another one in the meantime. Only users that were paid for are kept in mind, so that
 * nobody's account is forgotten by a flood of users who cost nothing.
 *
 * @example const budget = createGasBudget(50_000_000n, clock); budget.charge(user, gas)
 */
export function createGasBudget(gasPerHour: bigint, clock: Clock, maxUsers = 50_000): GasBudget {
  const limit = Number(gasPerHour)
  const accounts = new Map<string, { spent: number; atMs: number }>()

  function spentNow(user: string): number {
    const account = accounts.get(user)
    if (account === undefined) return 0
    return Math.max(0, account.spent - ((clock.now() - account.atMs) / hourMs) * limit)
  }

  function set(user: string, spent: number): void {
    // Moves the user to the young end.
    accounts.delete(user)
    if (spent > 0) accounts.set(user, { spent, atMs: clock.now() })
    for (const oldest of accounts.keys()) {
      if (accounts.size <= maxUsers) break
      accounts.delete(oldest)
    }
  }

  return {
    charge(user, gas) {
      const spent = spentNow(user) + Number(gas)
      if (spent <= limit) {
        set(user, spent)
        return
      }
      const seconds = Math.ceil((((spent - limit) / limit) * hourMs) / 1000)
      const message = `${user} has used up the ${gasPerHour} gas an hour that are paid for each user.`
      throw new ApiError('GAS_BUDGET_SPENT', message, { retryAfter: String(seconds) })
    },
    refund: (user, gas) => set(user, spentNow(user) - Number(gas)),
  }
}
