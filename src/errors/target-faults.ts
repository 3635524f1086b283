import type { ErrorCode } from './catalog.ts'

/**
 * Errors that say something of the target: it is not ready, failed, refused, or does not do what was asked for in time. A
 * command that ends in one ends with exit code 3, and a problem with one is no broken promise of this program.
 *
 * @example targetFaults.has('CHAIN_UNREACHABLE') // true
 */
export const targetFaults: ReadonlySet<string> = new Set<ErrorCode>([
  ...(['TARGET_NOT_READY', 'TESTBED_START_FAILED', 'TESTBED_DIED', 'PROCESS_START_FAILED'] as const),
  ...(['CHAIN_UNREACHABLE', 'CHAIN_WRONG_ID', 'CHAIN_HEAD_MISMATCH', 'CHAIN_STALLED'] as const),
  ...(['CHAIN_RPC_ERROR', 'CHAIN_RATE_LIMITED', 'CHAIN_INSUFFICIENT_FUNDS', 'CHAIN_NONCE'] as const),
  ...([
    'CHAIN_UNDERPRICED',
    'LANE_BUSY',
    'TX_REVERTED',
    'TX_NOT_CONFIRMED',
    'TX_REORGED',
    'FUNDING_FAILED',
  ] as const),
  ...(['FUNDER_BUSY', 'WALLETS_BUSY'] as const),
  ...(['STORAGE_UNREACHABLE', 'STORAGE_REFUSED', 'STORAGE_FAILED'] as const),
  ...(['SERVER_UNREACHABLE', 'SERVER_RATE_LIMITED', 'SERVER_FAILED', 'SERVER_PROTOCOL'] as const),
  'GRANTEE_NOT_FOUND',
])
