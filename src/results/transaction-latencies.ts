import type { FlowTransaction } from '../flow/flow-record.ts'
import { type Digest, LatencyHistogram } from '../metrics/latency-histogram.ts'
import type { TransactionPart } from './transaction-parts.ts'

/** Durations of the parts of transactions. */
export type TransactionLatencies = {
  record(transaction: FlowTransaction): void
  digests(): Record<TransactionPart, Digest>
}

/** Makes empty histograms for every part. */
export function createTransactionLatencies(): TransactionLatencies {
  const histograms = {
    sendMs: new LatencyHistogram(),
    mempoolMs: new LatencyHistogram(),
    noticeMs: new LatencyHistogram(),
    inclusionMs: new LatencyHistogram(),
  }
  return {
    record({ times }) {
      if (times === null) return
      const { sentMs, acceptedMs, blockMs, seenMs } = times
      histograms.sendMs.record(acceptedMs - sentMs)
      if (blockMs === null || seenMs === null) return
      histograms.mempoolMs.record(blockMs - acceptedMs)
      histograms.noticeMs.record(seenMs - blockMs)
      histograms.inclusionMs.record(seenMs - acceptedMs)
    },
    digests: () => ({
      sendMs: histograms.sendMs.digest(),
      mempoolMs: histograms.mempoolMs.digest(),
      noticeMs: histograms.noticeMs.digest(),
      inclusionMs: histograms.inclusionMs.digest(),
    }),
  }
}
