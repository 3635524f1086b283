import { LoadTestError } from '../errors/load-test-error.ts'
import { type MoneySettlement, noMoney } from '../results/money-balance.ts'
import type { UserWallets } from './user-wallets.ts'

/** Settles the money of a run whatever happens: what can't be read or returned becomes a problem of the settlement. */
export async function settleMoney(wallets: Pick<UserWallets, 'settle'>): Promise<MoneySettlement> {
  try {
    return await wallets.settle()
  } catch (error) {
    const { code, message } =
      error instanceof LoadTestError ? error : { code: 'INTERNAL', message: String(error) }
    return { statement: noMoney, problems: [{ code, message: `The money could not be settled: ${message}` }] }
  }
}
