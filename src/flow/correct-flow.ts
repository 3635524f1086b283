import type { PermissionAdded } from '../chain/permissions/permission-event.ts'
import type { Receipt } from '../chain/rpc/chain-reads.ts'
import type { FlowRecord, FlowTransaction } from './flow-record.ts'

/** What the chain says of a flow's transaction at the end of a run. */
export type FinalReceipt = Pick<
  Receipt,
  'transactionHash' | 'blockNumber' | 'status' | 'gasUsed' | 'effectiveGasPrice'
> & {
  /** Seconds since 1970. */
  blockTimestamp: number
  /** The transaction's `PermissionAdded`; `null` without one. */
  permission: Pick<PermissionAdded, 'permissionId' | 'user'> | null
}

/** How a flow's record was corrected, see {@link correctFlow}. */
export type FlowCorrection = {
  record: FlowRecord
  /**
   * `lost`: it has no permission any more; `moved`: its transaction is in another block, or has another permission;
   * `late`: its transaction was mined after the flow had given it up.
   */
  kind: 'lost' | 'moved' | 'late'
}

/**
 * Brings the record of a flow with a transaction into line with the chain.
 *
 * A flow that got through without a permission that still exists has failed, with `TX_REORGED`. How a failed flow ended
 * stays as it is; what its transaction did on chain is corrected.
 *
 * @param found `null` when the transaction is in no block
 * @returns `null` when the record is right
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
    gasPriceWei: String(found.effectiveGasPrice),
    times: tx.times && { ...tx.times, blockTimestamp },
  }
}

const isSame = (a: FlowTransaction, b: FlowTransaction): boolean =>
  a.hash === b.hash &&
  a.permissionId === b.permissionId &&
  a.blockNumber === b.blockNumber &&
  a.gasUsed === b.gasUsed &&
  a.gasPriceWei === b.gasPriceWei
