import type { FlowTransaction } from './flow-record.ts'

/**
 * Converts a transaction's times from the start of the process to the start of the run.
 *
 * @param originMs start of the run, `performance.now()`
 */
export function sinceStart(tx: FlowTransaction | null, originMs: number): FlowTransaction | null {
  if (tx === null || tx.times === null) return tx
  const { sentMs, acceptedMs, blockMs, seenMs, blockTimestamp } = tx.times
  const since = <Time extends number | null>(timeMs: Time): Time | number =>
    timeMs === null ? timeMs : timeMs - originMs
  return {
    ...tx,
    times: {
      sentMs: since(sentMs),
      acceptedMs: since(acceptedMs),
      blockMs: since(blockMs),
      seenMs: since(seenMs),
      blockTimestamp,
    },
  }
}
