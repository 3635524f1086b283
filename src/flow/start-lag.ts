import type { FlowRecord } from './flow-record.ts'

/**
 * Returns how late the generator itself started a flow, in milliseconds: the time between due and actual start, less the
 * user's waits. `null` if it never started.
 *
 * @example startLag({ dueMs: 1000, startedMs: 1540, waits: { placeMs: 500, gateMs: 0, fundingMs: 38 } }) // 2
 */
export function startLag({
  dueMs,
  startedMs,
  waits,
}: Pick<FlowRecord, 'dueMs' | 'startedMs' | 'waits'>): number | null {
  if (startedMs === null) return null
  const { placeMs, gateMs, fundingMs } = waits ?? { placeMs: 0, gateMs: 0, fundingMs: 0 }
  return Math.max(0, startedMs - dueMs - placeMs - gateMs - fundingMs)
}
