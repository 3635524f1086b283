import type { Clock } from '../async/clock.ts'

/** What each of many users has spent lately, in gas; it shrinks evenly, by the allowance in an hour. */
export type GasAccounts = {
  spent(user: string): number
  set(user: string, spent: number): void
  /** Seconds until so much gas more has been forgiven, for Retry-After. */
  secondsUntilForgiven(gas: number): string
}

const hourMs = 3_600_000

/**
 * Opens an account for each user that costs something, so that no account is forgotten because of users who cost nothing.
 * Beyond `maxUsers` the ones that were charged least recently are forgotten.
 *
 * @param allowance gas that is forgiven in an hour
 * @example const accounts = createGasAccounts(50_000_000, clock, 50_000); accounts.set(user, accounts.spent(user) + gas)
 */
export function createGasAccounts(allowance: number, clock: Clock, maxUsers: number): GasAccounts {
  const accounts = new Map<string, { spent: number; atMs: number }>()
  return {
    spent(user) {
      const account = accounts.get(user)
      if (account === undefined) return 0
      return Math.max(0, account.spent - ((clock.now() - account.atMs) / hourMs) * allowance)
    },
    set(user, spent) {
      // Moves the user to the young end.
      accounts.delete(user)
      if (spent > 0) accounts.set(user, { spent, atMs: clock.now() })
      for (const oldest of accounts.keys()) {
        if (accounts.size <= maxUsers) break
        accounts.delete(oldest)
      }
    },
    secondsUntilForgiven: (gas) => String(Math.max(1, Math.ceil((gas / allowance) * (hourMs / 1000)))),
  }
}
