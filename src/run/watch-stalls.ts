import type { ReceiptHub } from '../chain/blocks/receipt-hub.ts'
import type { RpcPool } from '../chain/rpc/rpc.ts'
import { formatDuration } from '../load/duration.ts'

/** The stalls of a run's RPC endpoints, see {@link watchStalls}. */
export type StallWatch = {
  /** Looks once; to be called each second. */
  tick(): void
  /** Longest stall of an endpoint so far, in milliseconds. */
  maxStallMs(label: string): number
}

/**
 * Watches whether the newest blocks of a run's RPC endpoints stand still while its transactions wait for a block, and says so when
 * one begins to and when it goes on. While nothing waits, a chain need not make blocks.
 *
 * @example const stalls = watchStalls(connection, view.note); setInterval(stalls.tick, 1000)
 */
export function watchStalls(
  { rpc, receipts }: { rpc: Pick<RpcPool, 'endpoints'>; receipts: Pick<ReceiptHub, 'pending'> },
  note: (text: string) => void,
): StallWatch {
  const longest = new Map<string, number>()
  const stalled = new Set<string>()
  return {
    tick() {
      for (const { label, stalledMs } of rpc.endpoints()) {
        const isWaitedFor = stalledMs > 0 && receipts.pending > 0
        if (isWaitedFor) {
          longest.set(label, Math.max(longest.get(label) ?? 0, stalledMs))
          if (!stalled.has(label)) note(`${label} has had no new block for ${words(stalledMs)}`)
          stalled.add(label)
        } else if (stalledMs === 0 && stalled.delete(label)) note(`${label} has new blocks again`)
      }
    },
    maxStallMs: (label) => longest.get(label) ?? 0,
  }
}

const words = (ms: number): string => formatDuration(Math.round(ms / 1000) * 1000)
