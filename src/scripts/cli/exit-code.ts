import type { ErrorCode } from '../../errors/catalog.ts'
import { LoadTestError } from '../../errors/load-test-error.ts'
import { targetFaults } from '../../errors/target-faults.ts'

/** The exit codes of every command. */
export const exitCodes = {
  ok: 0,
  unexpected: 1,
  badInput: 2,
  notReady: 3,
  thresholdFailed: 4,
  stopped: 5,
  interrupted: 130,
} as const

/** Those of the target's faults are not here: see `targetFaults`. */
const byCode: Partial<Record<ErrorCode, number>> = {
  CONFIG_INVALID: exitCodes.badInput,
  PORT_IN_USE: exitCodes.badInput,
  RESULTS_UNWRITABLE: exitCodes.badInput,
  OUTPUT_UNWRITABLE: exitCodes.badInput,
  TOO_FEW_FILE_HANDLES: exitCodes.badInput,
  RUN_NOT_FOUND: exitCodes.badInput,
  RUN_UNREADABLE: exitCodes.badInput,
  ARTILLERY_MISSING: exitCodes.badInput,
  ARTILLERY_UNFIT: exitCodes.badInput,
  MAINNET_REFUSED: exitCodes.badInput,
  MNEMONIC_INVALID: exitCodes.badInput,
  KEYSTORE_MISSING: exitCodes.badInput,
  KEYSTORE_EXISTS: exitCodes.badInput,
  KEYSTORE_DAMAGED: exitCodes.badInput,
  KEYSTORE_LOCKED: exitCodes.badInput,
  SPENDING_CAP: exitCodes.stopped,
  ABORTED: exitCodes.interrupted,
}

/** The exit code of a command that ended in an error. */
export function exitCodeOfError(error: unknown, signal: AbortSignal): number {
  if (signal.aborted && (error === signal.reason || isAbort(error))) return exitCodes.interrupted
  return error instanceof LoadTestError ? exitCodeOf(error.code) : exitCodes.unexpected
}

/** The exit code of a command that ended in an error of this code. */
export const exitCodeOf = (code: ErrorCode): number =>
  byCode[code] ?? (targetFaults.has(code) ? exitCodes.notReady : exitCodes.unexpected)

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'ABORTED')
}
