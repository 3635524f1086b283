import type { ErrorCode } from '../errors/catalog.ts'
import { LoadTestError } from '../errors/load-test-error.ts'

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
  TARGET_NOT_READY: exitCodes.notReady,
  TESTBED_START_FAILED: exitCodes.notReady,
  TESTBED_DIED: exitCodes.notReady,
  PROCESS_START_FAILED: exitCodes.notReady,
  CHAIN_UNREACHABLE: exitCodes.notReady,
  CHAIN_WRONG_ID: exitCodes.notReady,
  CHAIN_HEAD_MISMATCH: exitCodes.notReady,
  CHAIN_STALLED: exitCodes.notReady,
  FUNDER_BUSY: exitCodes.notReady,
  CHAIN_RPC_ERROR: exitCodes.notReady,
  CHAIN_RATE_LIMITED: exitCodes.notReady,
  CHAIN_INSUFFICIENT_FUNDS: exitCodes.notReady,
  CHAIN_UNDERPRICED: exitCodes.notReady,
  TX_REORGED: exitCodes.notReady,
  STORAGE_UNREACHABLE: exitCodes.notReady,
  STORAGE_REFUSED: exitCodes.notReady,
  STORAGE_FAILED: exitCodes.notReady,
  SERVER_UNREACHABLE: exitCodes.notReady,
  SERVER_RATE_LIMITED: exitCodes.notReady,
  SERVER_FAILED: exitCodes.notReady,
  SERVER_PROTOCOL: exitCodes.notReady,
  GRANTEE_NOT_FOUND: exitCodes.notReady,
  SPENDING_CAP: exitCodes.stopped,
  ABORTED: exitCodes.interrupted,
}

/** The exit code of a command that ended in an error. */
export function exitCodeOfError(error: unknown, signal: AbortSignal): number {
  if (signal.aborted && (error === signal.reason || isAbort(error))) return exitCodes.interrupted
  return error instanceof LoadTestError ? exitCodeOf(error.code) : exitCodes.unexpected
}

/** The exit code of a command that ended in an error of this code. */
export const exitCodeOf = (code: ErrorCode): number => byCode[code] ?? exitCodes.unexpected

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'ABORTED')
}
