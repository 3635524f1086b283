import { LoadTestError } from '../errors/load-test-error.ts'
import { targetFaults } from '../errors/target-faults.ts'
import type { StopControl } from './stop-control.ts'
import type { UserWallets } from './user-wallets.ts'

/**
 * Waits for the funds of the first users. An error after funds have moved ends the run as a later one would: with a summary,
 * and with the funds returned.
 *
 * @throws what ended it before funds moved
 */
export async function fundFirst(
  wallets: Pick<UserWallets, 'firstFunded' | 'endFunding'>,
  stop: Pick<StopControl, 'starting' | 'stop'>,
): Promise<void> {
  try {
    await wallets.firstFunded(stop.starting)
  } catch (error) {
    if (!(await wallets.endFunding())) throw error
    const { message } = error instanceof Error ? error : { message: String(error) }
    const code = error instanceof LoadTestError ? error.code : 'INTERNAL'
    const reason = targetFaults.has(code) ? 'target-lost' : 'error'
    stop.stop({
      reason: code === 'SPENDING_CAP' ? 'spending-cap' : reason,
      message: `the first users were not funded: ${message}`,
    })
  }
}
