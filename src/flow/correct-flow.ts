import type { PermissionAdded } from '../chain/permissions/permission-event.ts'
import type { Receipt } from '../chain/rpc/chain-reads.ts'
import type { FlowRecord, FlowTransaction } from './flow-record.ts'

/** A flow's transaction on chain at the end of a run. */
export type FinalReceipt = Pick<
  Receipt,
  'transactionHash' | 'blockNumber' | 'status' | 'gasUsed' | 'effectiveGasPrice'
> & {
  /** Seconds since 1970. */
  blockTimestamp: number
  /** The transaction's `PermissionAdded`; `null` without one. */
  permission: Pick<PermissionAdded, 'permissionId' | 'user'> | null
}

/** A correction of a flow's record, see {@link correctFlow}. */
export type FlowCorrection = {
  record: FlowRecord
  /**
   * `lost`: its permission no longer exists; `moved`: its transaction is in another block or has another permission; `late`:
   * its transaction was mined after the flow had given up.
   */
  kind: 'lost' | 'moved' | 'late'
}

/**
 * Corrects the record of a flow with a transaction to match the chain.
 *
 * A successful flow whose permission no longer exists becomes a failure with `TX_REORGED`. A failed flow keeps its outcome, but
 * its transaction is corrected.
 *
 * @param found `null` if the transaction is in no block
 * @returns `null` if the record is correct
 */
export function correctFlow(flow: FlowRecord, found: FinalReceipt | null): FlowCorrection | null {
  const { tx } = flow
  if (tx === null) return null
  const actual = found === null ? inNoBlock(tx) : inBlock(tx, found, flow.wallet)
  if (isSame(tx, actual)) return null
  const wasMined = tx.blockNumber !== null
  const hadPermission = flow.outcome === 'succeeded' || flow.outcome === 'degraded'
  const isLost = hadPermission && actual.permissionId === null
  const kind = isLost || (wasMined && found === null) ? 'lost' : wasMined ? 'moved' : 'late'
  if (!isLost) return { kind, record: { ...flow, tx: actual } }
  const now = found === null ? 'it is in no block now' : `in block ${found.blockNumber} it granted nothing`
  const message = `A reorganization took back block ${tx.blockNumber} with transaction ${tx.hash}; ${now}.`
  const error = { code: 'TX_REORGED', step: 'confirm', message, retriable: false } as const
  return { kind, record: { ...flow, outcome: 'failed', tx: actual, error } }
}

function inNoBlock(tx: FlowTransaction): FlowTransaction {
  const nothing = { permissionId: null, blockNumber: null, gasUsed: null, gasPriceWei: null }
  const times = tx.times && { ...tx.times, blockMs: null, seenMs: null, blockTimestamp: null }
  return { ...tx, ...nothing, times }
}

function inBlock(tx: FlowTransaction, found: FinalReceipt, wallet: FlowRecord['wallet']): FlowTransaction {
  const { permission, status, blockTimestamp } = found
  const isGranted =
    status === 'success' && permission?.user.toLowerCase() === (wallet ?? permission?.user)?.toLowerCase()
  return {
    hash: found.transactionHash,
    permissionId: isGranted && permission !== null ? String(permission.permissionId) : null,
    blockNumber: found.blockNumber,
    gasUsed: Number(found.gasUsed),
    gasPriceWei: found.effectiveGasPrice,
    times: tx.times && { ...tx.times, blockTimestamp },
  }
}

const isSame = (a: FlowTransaction, b: FlowTransaction): boolean =>
  a.hash === b.hash &&
  a.permissionId === b.permissionId &&
  a.blockNumber === b.blockNumber &&
  a.gasUsed === b.gasUsed &&
  a.gasPriceWei === b.gasPriceWei
