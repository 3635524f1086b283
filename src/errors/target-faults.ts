import type { ErrorCode } from './catalog.ts'

/**
 * Error codes that are about the target: it is not ready, failed, refused, or did not finish in time. A command that ends
 * with one of them has exit code 3, and a problem with one of them is not a broken promise of this program.
 *
 * @example targetFaults.has('CHAIN_UNREACHABLE') // true
 */
export const targetFaults: ReadonlySet<string> = new Set<ErrorCode>([
  'TARGET_NOT_READY',
  'TESTBED_START_FAILED',
  'TESTBED_DIED',
  'PROCESS_START_FAILED',
  'CHAIN_UNREACHABLE',
  'CHAIN_WRONG_ID',
  'CHAIN_HEAD_MISMATCH',
  'CHAIN_STALLED',
  'CHAIN_RPC_ERROR',
  'CHAIN_RATE_LIMITED',
  'CHAIN_INSUFFICIENT_FUNDS',
  'CHAIN_NONCE',
  'CHAIN_UNDERPRICED',
  'LANE_BUSY',
  'TX_REVERTED',
  'TX_NOT_CONFIRMED',
  'TX_REORGED',
  'FUNDING_FAILED',
  'FUNDER_BUSY',
  'WALLETS_BUSY',
  'STORAGE_UNREACHABLE',
  'STORAGE_REFUSED',
  'STORAGE_FAILED',
  'SERVER_UNREACHABLE',
  'SERVER_RATE_LIMITED',
  'SERVER_FAILED',
  'SERVER_PROTOCOL',
  'GRANTEE_NOT_FOUND',
])
