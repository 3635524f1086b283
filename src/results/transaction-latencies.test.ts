import { describe, expect, it } from 'vitest'
import type { FlowTransaction, TransactionTimes } from '../flow/flow-record.ts'
import { createTransactionLatencies } from './transaction-latencies.ts'
import { transactionParts } from './transaction-parts.ts'

/** A transaction that was sent, accepted, mined and seen at these times. */
function transaction(
  times: [sent: number, accepted: number, block: number | null, seen: number | null] | null,
) {
  const [sentMs = 0, acceptedMs = 0, blockMs = null, seenMs = null] = times ?? []
  const given: TransactionTimes = { sentMs, acceptedMs, blockMs, seenMs, blockTimestamp: null }
  return { hash: '0x', times: times && given } as unknown as FlowTransaction
}

const counts = (latencies: ReturnType<typeof createTransactionLatencies>) => {
  const digests = latencies.digests()
  return transactionParts.map((part) => digests[part].count)
}

describe('the latencies of transactions', () => {
  it('are measured between consecutive times and add up', () => {
    const latencies = createTransactionLatencies()
    latencies.record(transaction([1000, 1010, 1250, 1300]))
    const { sendMs, mempoolMs, noticeMs, inclusionMs } = latencies.digests()
    expect([sendMs.max, mempoolMs.max, noticeMs.max, inclusionMs.max]).toEqual([10, 240, 50, 290])
  })

  it('count an unmined transaction only as sent', () => {
    const latencies = createTransactionLatencies()
    latencies.record(transaction([0, 7, null, null]))
    latencies.record(transaction([0, 7, 50, null]))
    expect(counts(latencies)).toEqual([2, 0, 0, 0])
    expect(latencies.digests().mempoolMs.p99).toBeNull()
  })

  it('do not count one that is not known to be accepted', () => {
    const latencies = createTransactionLatencies()
    latencies.record(transaction(null))
    expect(counts(latencies)).toEqual([0, 0, 0, 0])
  })
})
