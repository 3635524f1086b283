import type { Clock } from '../async/clock.ts'
import type { ErrorCode } from '../errors/catalog.ts'
import { LoadTestError } from '../errors/load-test-error.ts'
import { isPassing, usualPersistMs } from './persistence.ts'

/** Settings of {@link createPaymentAttempts}. */
export type PaymentAttemptsOptions = {
  /** How often a payment is tried; while the chain's endpoints fail, for two minutes besides. */
  attempts: number
  clock: Clock
  /** Ends the repeating. */
  signal: AbortSignal
  /** Called with a failure after which no other payment can succeed either. */
  onFatal(error: unknown): void
}

/** Longest pause between two attempts. */
const longestPauseMs = 10_000

/** After these, no other batch can succeed either. */
const fatalCodes = new Set<ErrorCode>([
  'SPENDING_CAP',
  'CHAIN_INSUFFICIENT_FUNDS',
  'CHAIN_WRONG_ID',
  'ABORTED',
])
/** After these, nothing of the batch is in flight any more, and trying again can help. */
const repeatableCodes = new Set<ErrorCode>([
  'FUNDING_FAILED',
  'CHAIN_UNREACHABLE',
  'CHAIN_RATE_LIMITED',
  'CHAIN_NONCE',
  'CHAIN_UNDERPRICED',
  'CHAIN_RPC_ERROR',
  'LANE_BUSY',
])

/**
 * Makes the function that repeats a payment where that can help.
 *
 * @returns a function that throws the last failure
 * @example await createPaymentAttempts({ attempts: 3, clock, signal, onFatal })(() => pay(users))
 */
export function createPaymentAttempts(
  options: PaymentAttemptsOptions,
): (pay: () => Promise<void>) => Promise<void> {
  const { attempts, clock, signal, onFatal } = options
  return async (pay) => {
    const patientUntilMs = clock.now() + usualPersistMs
    for (let attempt = 1; ; attempt += 1) {
      try {
        await pay()
        return
      } catch (error) {
        const code = error instanceof LoadTestError ? error.code : 'INTERNAL'
        if (fatalCodes.has(code)) onFatal(error)
        const isPatient = isPassing(error) && clock.now() < patientUntilMs
        // Also after a stop, when nothing is tried again.
        const isLast = (attempt >= attempts && !isPatient) || signal.aborted
        if (isLast || !repeatableCodes.has(code)) throw error
        const pauseMs = Math.min(250 * 2 ** attempt, longestPauseMs)
        await clock.sleepUntil(clock.now() + pauseMs, signal).catch(() => undefined)
      }
    }
  }
}
