import { LoadTestError } from '../errors/load-test-error.ts'
import { noMoney } from '../results/money-balance.ts'
import type { MoneySettlement, UserWallets } from './user-wallets.ts'

/** Closes the books of a run whatever happens: what can't be read or returned is a problem of them. */
export async function settleRunMoney(wallets: Pick<UserWallets, 'settle'>): Promise<MoneySettlement> {
  try {
    return await wallets.settle()
  } catch (error) {
    const { code, message } =
      error instanceof LoadTestError ? error : { code: 'INTERNAL', message: String(error) }
    return { statement: noMoney, problems: [{ code, message: `The money could not be settled: ${message}` }] }
  }
}
